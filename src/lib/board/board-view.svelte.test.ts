import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { cutsText } from '#domain/board/clipboard';
import { addElements } from '#domain/board/commands';
import { readElement } from '#domain/board/read';
import type { BoardRole } from '#domain/board/roles';
import { BoardView } from './board-view.svelte';
import { Scene } from './engine/scene';
import type { Connection, SyncState } from './sync/connection';

/** The part of a connection that a view looks at. */
function lineIn(state: SyncState): Connection {
	const people = { here: new Map(), onChange: () => () => {} };
	return { state, people, onState: () => () => {} } as unknown as Connection;
}

test('where the line ended for good nothing is offered that the server would refuse', () => {
	const standing = { role: 'editor', team: 'member' } as const;
	const live = new BoardView(lineIn({ is: 'saved' }), standing, 'ada', 'Plan');
	expect([live.mayEdit, live.mayShare, live.mayRename]).toEqual([true, true, true]);
	const ended = new BoardView(lineIn({ is: 'ended', why: 'role', n: 0, kept: true }), standing, 'ada', 'Plan');
	expect([ended.mayEdit, ended.mayShare, ended.mayRename]).toEqual([false, false, false]);
});

test('what is selected has a colour to choose: one, several, or none at all', () => {
	const doc = new Y.Doc();
	const place = { at: [0, 0], size: [200, 200] } as const;
	const hand = { by: 'ada', now: 1 };
	addElements(doc, [{ t: 'note', colour: 'coral', text: '', ...place }], hand);
	const scene = new Scene(doc.getMap('els'), readElement);
	const view = new BoardView(lineIn({ is: 'saved' }), { role: 'editor', team: 'member' }, 'ada', 'Plan');
	const chosen = () => {
		view.selected(scene.all());
		return [view.hasColour, view.selectedColour];
	};
	expect(chosen()).toEqual([true, 'coral']);
	addElements(doc, [{ t: 'note', colour: 'mint', text: '', ...place }], hand);
	expect(chosen()).toEqual([true, null]);
	view.selected([]);
	expect([view.hasColour, view.selectedColour]).toEqual([false, null]);
});

test('whoever’s role changes is told once what they may do here now, and nobody else is', () => {
	const person = { id: 'ada', name: 'Ada', colour: 1, guest: false } as const;
	const viewBegunAs = (role: 'editor' | 'viewer', anew: boolean) => {
		const view = new BoardView(lineIn({ is: 'saved' }), { role, team: 'member' }, 'ada', 'Plan', anew);
		onTestFinished(() => view.destroy());
		/** What is said at the server's next word on who this person is. */
		const at = (role: BoardRole): string => {
			view.say('');
			view.became({ ...person, role });
			return view.said;
		};
		return { view, at };
	};
	const { view, at } = viewBegunAs('editor', false);
	expect(at('editor')).toBe('');
	expect(at('viewer')).toMatch(/^You are here to look around, point and listen/);
	expect(at('viewer')).toBe('');
	expect(at('commenter')).toMatch(/^You are here to look around, point and talk along/);
	expect(at('editor')).toBe('You can write here now.');
	expect(at('editor')).toBe('');
	expect(view.reader).toBe('');

	expect(viewBegunAs('viewer', false).at('viewer')).toBe('');
	// Where a board begins anew for a reader, it was their role that changed: nothing is said before it stands there to say it.
	const again = viewBegunAs('viewer', true);
	expect(again.view.said).toBe('');
	expect(again.at('viewer')).toBe(again.view.reader);
	expect(viewBegunAs('editor', true).at('editor')).toBe('');
});

test('who deleted what one was writing in is named, with a way to bring it back that goes with other words', () => {
	const anna = { id: 'anna', name: 'Anna', colour: 1, guest: false, role: 'editor' };
	const line = { ...lineIn({ is: 'saved' }), people: { here: new Map([[7, anna]]), onChange: () => () => {} } };
	const view = new BoardView(line as unknown as Connection, { role: 'editor', team: 'member' }, 'bram', 'Plan');
	let back = 0;
	view.taken(7, () => back++);
	expect(view.said).toBe('Anna deleted what you were writing in.');
	view.bringBack?.();
	expect([back, view.said, view.bringBack]).toEqual([1, '', null]);
	view.taken(8, () => back++);
	expect(view.said).toBe('Someone deleted what you were writing in.');
	view.say('Undone');
	expect(view.bringBack).toBeNull();
	view.taken(7, null);
	expect(view.bringBack).toBeNull();
	view.destroy();
});

test('pasted text that notes cannot hold is not dropped in silence', () => {
	const view = new BoardView(lineIn({ is: 'saved' }), { role: 'editor', team: 'member' }, 'ada', 'Plan');
	const paste = (text: string) => {
		view.happened({ what: 'pasted', count: 1, cut: cutsText({ elements: '', text }) });
		return view.said;
	};
	expect(paste('x'.repeat(20_000))).toBe('1 thing added');
	expect(paste('x'.repeat(20_001))).toMatch(/the rest was left out/);
	expect(paste('x\n'.repeat(100_000))).toMatch(/the rest was left out/);
	view.destroy();
});
