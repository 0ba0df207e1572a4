import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { cutsText } from '#domain/board/clipboard';
import { addElements } from '#domain/board/commands';
import { readElement } from '#domain/board/read';
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

test('who may write again is told so, once, and nobody else is', () => {
	const person = { id: 'ada', name: 'Ada', colour: 1, guest: false } as const;
	const view = new BoardView(lineIn({ is: 'saved' }), { role: 'editor', team: 'member' }, 'ada', 'Plan');
	view.became({ ...person, role: 'editor' });
	view.became({ ...person, role: 'viewer' });
	expect(view.said).toBe('');
	view.became({ ...person, role: 'commenter' });
	expect(view.said).toBe('');
	view.became({ ...person, role: 'editor' });
	expect(view.said).toBe('You can write here now.');
	view.destroy();
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
