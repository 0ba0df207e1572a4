/** A board with a past: the services for it, over real records, a real log file and a sync server behind a real port. */
import fs from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { observeStore } from '#server/adapters/observed/document-store';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { createBoards } from '#server/services/boards';
import { createHistory } from '#server/services/history';
import { createRenewals } from '#server/services/renewals';
import type { Viewer } from '#server/services/sessions';
import { silent, temporaryFolder } from './records.ts';
import { freshWorld } from './services.ts';
import { statesHere } from './states.ts';
import { SaidAccess, startSync } from './sync-world.ts';

export type HistoryWorld = Awaited<ReturnType<typeof freshHistory>>;

/** Ada owns the team and its board, Bo is a member, Vic is no member of anything. */
export async function freshHistory() {
	const world = await freshWorld();
	// So early that epochs are numbered one by one.
	world.clock.at = Date.UTC(2025, 10, 25);
	const [ada, bo, vic] = [await world.someone('Ada'), await world.someone('Bo'), await world.someone('Vic')];
	const team = await world.teams.create(ada, 'Team');
	const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (it) => it);
	await world.invitations.accept(bo, token, '127.0.0.1');

	const file = path.join(temporaryFolder('history'), 'log.sqlite');
	const inner = await openSqliteDocumentStore({ file, log: silent });
	onTestFinished(() => inner.close());
	const store = observeStore(inner, (written) => {
		for (const [doc, { before, seq }] of written) void renewals.grown(doc, before, seq);
	});
	const { clock } = world;
	const { db } = world.records;
	const boards = createBoards({
		db,
		clock,
		store,
		announce: { access: () => {}, board: () => {} },
		standings: world.standings,
		teams: () => world.teams,
		welcomeBoard: () => {}
	});
	const board = await boards.create(ada, team.id, 'Plans');
	const access = new SaidAccess();
	for (const { id } of [ada, bo]) access.let(id);
	access.let(vic.id, { role: 'viewer' });
	access.documents.add(board.id);
	const bus = createMemoryBus();
	/** A node; all of them serve the same log. A deaf one hears nothing of the others. */
	const node = ({ deaf = false } = {}) => startSync({ store, bus: deaf ? createMemoryBus() : bus, access, clock });
	const sync = await node();
	const past = { clock, log: silent, store, states: statesHere, living: sync.sync };
	const renewals = createRenewals(past);
	/** The same over other parts, where a test has to come between. */
	const historyWith = (other: Partial<typeof past>) =>
		createHistory({ ...past, ...other, db, standings: world.standings, boards, renewals });
	const history = historyWith({});
	return {
		ada,
		bo,
		vic,
		board,
		boards,
		clock,
		history,
		node,
		renewals,
		historyWith,
		renewalsWith: (other: Partial<typeof past>) => createRenewals({ ...past, ...other }),
		store,
		sync,
		world,
		join: (who: Viewer, more: Parameters<typeof sync.join>[1] = {}) => sync.join(who.id, { at: board.id, ...more }),
		open: (who: Viewer, more: Parameters<typeof sync.open>[1] = {}) => sync.open(who.id, { at: board.id, ...more }),
		/** The document as the log has it. */
		async document(): Promise<Y.Doc> {
			const doc = new Y.Doc();
			for (const update of (await store.load(board.id)).updates) Y.applyUpdate(doc, update);
			return doc;
		},
		/** The document as it was. */
		async documentAt(seq: number): Promise<Y.Doc> {
			const doc = new Y.Doc();
			for (const update of (await store.stateAt(board.id, seq))?.updates ?? []) Y.applyUpdate(doc, update);
			return doc;
		},
		/** Whether these letters lie anywhere in the files of the log. */
		filesHold(letters: string): boolean {
			const files = fs.readdirSync(path.dirname(file)).map((name) => path.join(path.dirname(file), name));
			return files.some((one) => fs.readFileSync(one).includes(letters));
		}
	};
}
