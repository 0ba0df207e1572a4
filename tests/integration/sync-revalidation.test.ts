import { expect, test } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { pack } from '#server/adapters/packed';
import type { Bus } from '#server/ports/bus';
import { ACCESS_TOPIC } from '#domain/wire/announcement';
import { CLOSE } from '#domain/wire/close-codes';
import { encodeBusMessage } from '#server/sync/bus-messages';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { until, type RawClient } from '../support/sync-client.ts';
import { BOARD, SaidAccess, startSync } from '../support/sync-world.ts';

/** A bus that carries nothing about access or documents, and says of itself what a test wants. */
function muteBus(healthy: () => Promise<boolean>): Bus {
	const bus = createMemoryBus();
	const mute = (topic: string): boolean => topic === ACCESS_TOPIC || topic.startsWith('doc:');
	return { ...bus, healthy, publish: (topic, message) => (mute(topic) ? undefined : bus.publish(topic, message)) };
}

/** Makes the document anew in the log, as a node does that dies before it can say so. */
async function renewUnsaid(store: MemoryDocumentStore): Promise<void> {
	await store.append([{ doc: BOARD, author: 'ada', at: 1, update: new Uint8Array([0, 0]) }]);
	const { epoch, seq, updates, retired } = await store.load(BOARD);
	const state = updates[0] ?? new Uint8Array();
	const first = { author: '', at: 1, state, packed: pack(state) };
	const renewal = { epoch, seq, next: epoch + 1, first, past: 'past-1', retired, dueAt: null };
	expect(await store.renew(BOARD, renewal)).toBe(true);
}

async function withContent() {
	const store = new MemoryDocumentStore();
	const world = await startSync({ store, limits: { beatMs: 500 } });
	const ada = await world.join('ada');
	ada.write('a', 1);
	await ada.settled();
	return { world, store, ada };
}

const epochsHeard = (client: RawClient) => client.heard('hello').map(({ epoch }) => epoch);

test.each([
	['says that it is away', () => Promise.resolve(false)],
	['fails when asked', () => Promise.reject(new Error('away'))],
	['answers nothing at all', () => new Promise<boolean>(() => {})]
])('while the bus %s, people whose right to be here ends are gone within two pulses', async (_what, healthy) => {
	const world = await startSync({ bus: muteBus(healthy) });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	world.access.say('ada', 'gone');
	const asked = performance.now();
	expect((await ada.closed).code).toBe(CLOSE.unknownDocument);
	expect(performance.now() - asked).toBeLessThan(3_000);
	bo.write('b', 1);
	await bo.settled();
});

test('an announcement that nobody made any more, since its node was killed, is made up for', async () => {
	const world = await startSync({ limits: { revalidateMs: 0 } });
	const [ada, old] = [await world.join('ada'), await world.join('bo', { schema: 2 })];
	world.access.say('ada', 'ended');
	world.access.let('bo', { schema: 3 });
	expect((await ada.closed).code).toBe(CLOSE.noSession);
	// The document was given a newer form while the page was there.
	expect((await old.closed).code).toBe(CLOSE.pageTooOld);
});

test('while nobody can say who may be here, everybody stays who was not told of', async () => {
	class AwayAccess extends SaidAccess {
		asked = 0;
		away = false;
		override async again(...args: Parameters<SaidAccess['again']>) {
			this.asked++;
			if (this.away) throw new Error('away');
			return super.again(...args);
		}
	}
	const access = new AwayAccess();
	access.let('ada');
	access.let('bo');
	const world = await startSync({ access, limits: { revalidateMs: 0 } });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	access.away = true;
	const before = access.asked;
	await until(() => expect(access.asked).toBeGreaterThan(before + 3));
	world.announce({ kind: 'session', key: 'session-of-bo' });
	expect((await bo.closed).code).toBe(CLOSE.tryAgain);
	ada.write('a', 1);
	await ada.settled();
});

test('a new epoch that nobody told of ends the rooms of the old one', async () => {
	const { world, store, ada } = await withContent();
	await renewUnsaid(store);
	expect(await ada.closed).toMatchObject({ code: CLOSE.tryAgain, reason: 'epoch' });
	expect(epochsHeard(await world.join('ada', { epoch: 2 }))).toEqual([2]);
});

test('who comes with a later epoch than the node has heard of is let in to that one', async () => {
	const store = new MemoryDocumentStore();
	const world = await startSync({ store, limits: { beatMs: 60_000 } });
	const vic = await world.join('vic');
	await renewUnsaid(store);
	const ada = await world.join('ada', { epoch: 2 });
	expect(epochsHeard(ada)).toEqual([2]);
	expect((await vic.closed).reason).toBe('epoch');
	// One that is of no epoch there ever was finds what there is.
	const lost = world.open('bo', { epoch: 7 });
	expect((await lost.closed).reason).toBe('epoch');
	expect(epochsHeard(lost)).toEqual([2]);
});

test('a new epoch that is told of while the document is being read for the first time is heeded', async () => {
	const store = new MemoryDocumentStore();
	const bus = createMemoryBus();
	const asked = Promise.withResolvers<void>();
	const goOn = Promise.withResolvers<void>();
	let first = true;
	const slow = Object.assign(Object.create(store) as MemoryDocumentStore, {
		async load(doc: string) {
			const loaded = await store.load(doc);
			if (!first) return loaded;
			first = false;
			asked.resolve();
			await goOn.promise;
			return loaded;
		}
	});
	const world = await startSync({ store: slow, bus, limits: { beatMs: 60_000 } });
	const ada = world.open('ada');
	await asked.promise;
	await renewUnsaid(store);
	bus.publish(`doc:${BOARD}`, encodeBusMessage({ is: 'epoch', node: 'another', epoch: 2 }));
	await new Promise(setImmediate);
	goOn.resolve();
	await ada.join();
	expect(epochsHeard(ada)).toEqual([2]);
});
