import { expect, test } from 'vitest';
import { BoardView } from './board-view.svelte';
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
