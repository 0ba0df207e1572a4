import { expect, test } from 'vitest';
import { observeStore } from '#server/adapters/observed/document-store';
import { createBoardChanges } from '#server/services/board-changes';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { freshWorld } from '../support/services.ts';

const row = (doc: string) => ({ doc, author: 'ada', at: 1, update: new Uint8Array([0, 0]) });

test('the board that was written on last stands first, and one whose rows were not stored does not move', async () => {
	const world = await freshWorld();
	const ada = await world.someone('Ada');
	const team = await world.teams.create(ada, 'Studio');
	const old = await world.boards.create(ada, team.id, 'Old');
	world.clock.at += 60_000;
	const fresh = await world.boards.create(ada, team.id, 'Fresh');
	const first = async () => (await world.boards.list(ada, team.id))[0]?.id;
	expect(await first()).toBe(fresh.id);

	world.clock.at += 60_000;
	const changes = createBoardChanges({
		db: world.records.db,
		clock: world.clock,
		report: (error) => expect.fail(String(error))
	});
	const inner = new MemoryDocumentStore();
	const store = observeStore(inner, (written) => changes.changed(written.keys()));
	inner.failsAlone = () => true;
	await store.append([row(old.id)]);
	await changes.close();
	expect(await first()).toBe(fresh.id);

	inner.failsAlone = () => false;
	await store.append([row(old.id), row('a-document-of-no-board')]);
	await changes.close();
	expect(await first()).toBe(old.id);
});

test('documents that can be read and not written are not healthy until something was written again', async () => {
	const inner = new MemoryDocumentStore();
	const store = observeStore(inner, () => undefined);
	expect(await store.healthy()).toBe(true);
	inner.full = true;
	await expect(store.append([row('a-document')])).rejects.toThrow();
	expect(await store.healthy()).toBe(false);
	inner.full = false;
	await store.append([row('a-document')]);
	expect(await store.healthy()).toBe(true);
});
