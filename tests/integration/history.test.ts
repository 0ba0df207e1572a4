import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements, deleteElements, moveElements, presentElements } from '#domain/board/commands';
import { elementMap } from '#domain/board/document';
import { DELETED_LASTS_MS } from '#domain/board/purge';
import { textOf } from '#domain/board/read';
import { touchedIn } from '#domain/board/touched';
import { CLOSE } from '#domain/wire/close-codes';
import { Checkpoints } from '#server/sync/checkpoints';
import { freshHistory, type HistoryWorld } from '../support/history.ts';
import { silent } from '../support/records.ts';
import { statesHere } from '../support/states.ts';
import { syncMessage, until, type RawClient } from '../support/sync-client.ts';

const DAY = 24 * 60 * 60 * 1000;

/** A note of theirs, durable. */
async function note(client: RawClient, text: string, by = 'ada'): Promise<string> {
	let made = '';
	client.edit((doc) => {
		made = addElements(doc, [{ t: 'note', at: [0, 0], text }], { by, now: 1_000 })[0] ?? '';
	});
	await client.settled();
	return made;
}

const newest = async ({ store, board }: HistoryWorld): Promise<number> => (await store.load(board.id)).seq;
const words = (doc: Y.Doc, id: string): string => textOf(elementMap(doc, id))?.toString() ?? '';
const shown = (doc: Y.Doc): string[] => presentElements(doc).map(({ id }) => id);
const type = (client: RawClient, id: string, text: string): void =>
	client.edit((doc) => {
		const into = textOf(elementMap(doc, id));
		into?.insert(into.length, text);
	});

describe('the past of a board', () => {
	test('is told moment by moment with who and when, to members who may edit', async () => {
		const world = await freshHistory();
		const { ada, bo, vic, board, history } = world;
		await note(await world.join(ada), 'first');
		world.clock.at += 60_000;
		await note(await world.join(bo), 'second');
		const moments = await history.moments(bo, board.id);
		expect(moments.map(({ seq, by }) => [seq, by?.name])).toEqual([
			[2, 'Bo'],
			[1, 'Ada']
		]);
		expect((moments[0]?.at.getTime() ?? 0) - (moments[1]?.at.getTime() ?? 0)).toBe(60_000);
		expect(await history.moments(bo, board.id, { before: 2, most: 5 })).toHaveLength(1);
		const then = new Y.Doc();
		Y.applyUpdate(then, await history.stateAt(bo, board.id, 1));
		expect(presentElements(then)).toMatchObject([{ text: 'first' }]);
		await expect(history.stateAt(bo, board.id, 3)).rejects.toMatchObject({ code: 'board.no-such-moment' });
		await expect(history.moments(vic, board.id)).rejects.toMatchObject({ code: 'board.unknown' });
		await expect(history.restoreInPlace(bo, board.id, 1)).rejects.toMatchObject({ code: 'board.not-yours' });
		await expect(history.purge(bo, board.id)).rejects.toMatchObject({ code: 'board.not-yours' });
	});

	test('comes back as a board of its own, without what came later and without a past', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const gone = await note(ada, 'an old secret');
		ada.edit((doc) => deleteElements(doc, [gone], 2_000));
		const kept = await note(ada, 'kept');
		const then = await newest(world);
		await note(ada, 'later');
		const copy = await world.history.restoreAsCopy(world.bo, world.board.id, then);
		expect(copy).toMatchObject({ title: 'Plans', role: 'facilitator' });
		const { updates } = await world.store.load(copy.id);
		const doc = new Y.Doc();
		for (const update of updates) Y.applyUpdate(doc, update);
		expect(shown(doc)).toEqual([kept]);
		expect(updates.some((update) => Buffer.from(update).includes('an old secret'))).toBe(false);
	});
});

describe('restoring in place', () => {
	test('while two people write is one transaction, and none of their words is lost', async () => {
		const world = await freshHistory();
		const [ada, bo] = [await world.join(world.ada), await world.join(world.bo)];
		const [mine, theirs, old] = [await note(ada, 'ada:'), await note(bo, 'bo:'), await note(ada, 'old')];
		const then = await newest(world);
		world.clock.at += DAY;
		const middle = await note(ada, 'made yesterday, by now unwanted');
		ada.edit((doc) => moveElements(doc, [old], 300, 0));
		await ada.settled();
		world.clock.at += DAY;
		let stop = false;
		const written = { ada: 'ada:', bo: 'bo:' };
		const writing = async (client: RawClient, id: string, who: 'ada' | 'bo'): Promise<void> => {
			for (let n = 0; !stop; n++) {
				type(client, id, ` ${n}`);
				written[who] += ` ${n}`;
				await client.settled();
			}
		};
		const both = [writing(ada, mine, 'ada'), writing(bo, theirs, 'bo')];
		const added = await note(bo, 'made meanwhile');
		await until(() => expect(written.bo.length).toBeGreaterThan(20));
		const watcher = await world.join(world.vic);
		const transactions: ReadonlySet<string>[] = [];
		watcher.doc.on('afterTransaction', (transaction) => transactions.push(touchedIn(transaction)));
		const restored = await world.history.restoreInPlace(world.ada, world.board.id, then);
		await until(() => expect(shown(watcher.doc)).not.toContain(middle));
		stop = true;
		await Promise.all(both);
		const doc = await world.document();
		expect(words(doc, theirs)).toBe(written.bo);
		expect(shown(doc).sort()).toEqual([mine, theirs, old, added].sort());
		expect(elementMap(doc, old)?.get('pos')).toEqual([null, 0, 0]);
		expect(restored.spared).toContain(theirs);
		// Ada asked for it: her own words of before go, those that she writes on stay.
		expect(words(doc, mine)).toMatch(/^ada:( \d+)+$/u);
		expect(written.ada.endsWith(words(doc, mine).slice(4))).toBe(true);
		expect(transactions.filter((touched) => touched.has(middle) || touched.has(old))).toEqual([
			new Set([mine, middle, old])
		]);
		// What it undid is a moment, and brings it back.
		await world.history.restoreInPlace(world.ada, world.board.id, restored.before);
		expect(shown(await world.document())).toContain(middle);
	});

	test('nothing is written when the board is as it was', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		await note(ada, 'one');
		const seq = await newest(world);
		expect(await world.history.restoreInPlace(world.ada, world.board.id, seq)).toEqual({
			changed: 0,
			spared: [],
			before: seq
		});
		expect(await newest(world)).toBe(seq);
	});
});

describe('a purge', () => {
	test('takes what was deleted out of the database, the log, the moments and the files, and nothing else', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const [gone, kept] = [await note(ada, 'swordfish'), await note(ada, 'kept')];
		world.clock.at += 2 * 60 * 60 * 1000;
		type(ada, kept, ' 4711');
		await ada.settled();
		await world.renewals.keep(world.board.id, await newest(world));
		ada.edit((doc) => textOf(elementMap(doc, kept))?.delete(4, 5));
		ada.edit((doc) => deleteElements(doc, [gone], 2_000));
		await ada.settled();
		const before = await newest(world);
		const moments = (await world.history.moments(world.ada, world.board.id)).length;
		expect(world.filesHold('swordfish')).toBe(true);
		expect(await world.history.purge(world.ada, world.board.id)).toEqual({ left: 1 });
		expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'epoch' });
		const doc = await world.document();
		expect(shown(doc)).toEqual([kept]);
		expect(words(doc, kept)).toBe('kept');
		expect((await world.store.load(world.board.id)).epoch).toBe(2);
		const left = await world.history.moments(world.ada, world.board.id);
		expect(left[0]).toMatchObject({ seq: before + 1, by: null });
		expect(left.length).toBeLessThan(moments);
		expect(left.length).toBeGreaterThan(2);
		for (const { seq } of left) {
			const bytes = Buffer.from(await world.history.stateAt(world.ada, world.board.id, seq));
			for (const letters of ['swordfish', '4711', gone]) expect(bytes.includes(letters), letters).toBe(false);
			expect(bytes.includes(kept)).toBe(true);
		}
		for (const letters of ['swordfish', '4711', gone]) expect(world.filesHold(letters), letters).toBe(false);
	});

	test('who comes with a copy of an older epoch is told so and gets nothing else; a stock client is turned away', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		await note(ada, 'one');
		const stock = await world.join(world.bo, { nabij: false });
		await world.history.purge(world.ada, world.board.id);
		const late = world.open(world.ada, { epoch: 1, doc: ada.doc });
		expect(await late.closed).toEqual({ code: CLOSE.tryAgain, reason: 'epoch' });
		expect(late.controls).toMatchObject([{ type: 'hello', epoch: 2 }]);
		expect(late.kinds).toEqual([10]);
		expect((await world.join(world.ada, { epoch: 2 })).heard('hello')).toMatchObject([{ epoch: 2 }]);
		await stock.closed;
		const again = world.open(world.bo, { nabij: false, doc: stock.doc });
		await again.opened;
		again.askStepOne();
		expect((await again.closed).code).toBe(CLOSE.malformed);
		expect(again.stepTwos).toEqual([]);
		// Also who does not ask first.
		const blind = world.open(world.bo, { nabij: false });
		await blind.opened;
		blind.send(syncMessage(2, Y.encodeStateAsUpdate(ada.doc)));
		expect((await blind.closed).code).toBe(CLOSE.malformed);
		expect(shown(await world.document())).toHaveLength(1);
	});

	test('everybody at any node comes back to the new epoch, and no node writes in the old one', async () => {
		const world = await freshHistory();
		const other = await world.node();
		const ada = await world.join(world.ada);
		const id = await note(ada, 'one');
		const far = await other.join(world.bo.id, { at: world.board.id });
		await world.history.purge(world.ada, world.board.id);
		expect(await far.closed).toEqual({ code: CLOSE.tryAgain, reason: 'epoch' });
		const back = await other.join(world.bo.id, { at: world.board.id, epoch: 2 });
		type(back, id, ' two');
		await back.settled();
		expect(words(await world.document(), id)).toBe('one two');
	});

	test('a node that heard nothing of it writes nothing of the old epoch', async () => {
		const world = await freshHistory();
		const deaf = await world.node({ deaf: true });
		const ada = await world.join(world.ada);
		const id = await note(ada, 'one');
		const far = await deaf.join(world.bo.id, { at: world.board.id });
		await world.history.purge(world.ada, world.board.id);
		type(far, id, ' lost');
		expect(await far.closed).toEqual({ code: CLOSE.tryAgain, reason: 'epoch' });
		expect(far.saved).toBe(far.sent - 1);
		expect(words(await world.document(), id)).toBe('one');
		const back = await deaf.join(world.bo.id, { at: world.board.id, epoch: 2 });
		expect(words(back.doc, id)).toBe('one');
	});

	test('while people write they wait for a moment, and what was said to be saved is there', async () => {
		const world = await freshHistory();
		let client = await world.join(world.bo);
		const id = await note(client, 'words:');
		let saved = 'words:';
		let stop = false;
		const writing = (async () => {
			for (let n = 0; !stop; n++) {
				type(client, id, ` ${n}`);
				const ended = await Promise.race([client.settled().then(() => null), client.closed]);
				if (ended) client = await world.join(world.bo);
				else saved += ` ${n}`;
			}
		})();
		await until(() => expect(saved.length).toBeGreaterThan(20));
		for (let round = 0; round < 3; round++) await world.history.purge(world.ada, world.board.id);
		const { length } = saved;
		await until(() => expect(saved.length).toBeGreaterThan(length + 10));
		stop = true;
		await writing;
		const doc = await world.document();
		for (const word of saved.slice(7).split(' ')) expect(words(doc, id).split(' ')).toContain(word);
		expect((await world.store.load(world.board.id)).epoch).toBe(4);
	});
});

describe('epochs', () => {
	test('are never two of one number, though a backup is read back between', async () => {
		const world = await freshHistory();
		const { store, clock } = world;
		const doc = world.board.id;
		clock.at = Date.UTC(2026, 10, 25);
		const ada = await world.join(world.ada);
		await note(ada, 'one');
		await ada.close();
		const backup = await store.read(doc);
		const begun: number[] = [1];
		for (let restored = 0; restored < 3; restored++) {
			clock.at += 60_000;
			await world.renewals.purge(doc);
			begun.push(...(await store.epochsOf([doc])));
			await store.remove(doc);
			if (backup) await store.write(backup);
		}
		expect(new Set(begun).size).toBe(4);
		expect(begun).toEqual(begun.toSorted((one, other) => one - other));
	});
});

describe('what was purged stays away', () => {
	/** A note deleted long ago, and one with a secret that was deleted just now. */
	async function secretive() {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const [old, secret] = [await note(ada, 'ancient'), await note(ada, 'swordfish')];
		await note(ada, 'kept');
		ada.edit((doc) => deleteElements(doc, [old], world.clock.at));
		await ada.settled();
		world.clock.at += DELETED_LASTS_MS + DAY;
		ada.edit((doc) => deleteElements(doc, [secret], world.clock.at));
		await ada.settled();
		await ada.close();
		world.clock.at += 11 * 60 * 1000;
		const purgeNow = () => world.history.purge(world.ada, world.board.id);
		const holding = async (letters: string): Promise<number[]> => {
			const moments = await world.store.moments(world.board.id, { most: 1_000 });
			const states = await Promise.all(moments.map(({ seq }) => world.store.stateAt(world.board.id, seq)));
			const holds = (update: Uint8Array) => Buffer.from(update).includes(letters);
			return moments.flatMap(({ seq }, i) => (states[i]?.updates.some(holds) ? [seq] : []));
		};
		return { world, purgeNow, holding, doc: world.board.id };
	}

	test('when a purge by itself was under way and somebody purges at once', async () => {
		const { world, purgeNow, holding, doc } = await secretive();
		const { pause } = world.sync.sync;
		let first = true;
		const late = world.renewalsWith({
			living: {
				...world.sync.sync,
				pause: async (...asked) => {
					if (first) {
						first = false;
						await purgeNow();
						expect(await holding('swordfish')).toEqual([]);
					}
					await pause(...asked);
				}
			}
		});
		expect((await holding('swordfish')).length).toBeGreaterThan(0);
		await late.sweep();
		expect(first).toBe(false);
		expect(await holding('swordfish')).toEqual([]);
		expect(await holding('ancient')).toEqual([]);
		expect(await holding('kept')).not.toEqual([]);
		expect((await world.store.load(doc)).updates).toHaveLength(1);
	});

	test('and of a purge that breaks off nothing is left over', async () => {
		const { world, holding, doc } = await secretive();
		const aside: string[] = [];
		const store: typeof world.store = {
			...world.store,
			stage: (asked, epoch, past, snapshot) => {
				aside.push(past);
				return world.store.stage(asked, epoch, past, snapshot);
			},
			unstage: async (asked, past) => {
				await world.store.unstage(asked, past);
				aside.length = 0;
			}
		};
		const states = { ...statesHere, purged: () => Promise.reject(new Error('the thread died')) };
		const before = await holding('kept');
		await expect(world.renewalsWith({ store, states }).purge(doc)).rejects.toThrow('the thread died');
		expect(aside).toEqual([]);
		expect(await holding('kept')).toEqual(before);
		await world.renewalsWith({ store }).purge(doc);
		expect(new Set(aside).size).toBe(1);
		expect(aside.length).toBeGreaterThan(1);
	});

	test('when a moment was being kept, or the document’s newest state, at that time', async () => {
		const { world, purgeNow, holding, doc } = await secretive();
		const states = {
			...statesHere,
			packed: async (updates: readonly Uint8Array[]) => {
				await purgeNow();
				return statesHere.packed(updates);
			},
			merged: async (updates: readonly Uint8Array[]) => {
				await purgeNow();
				return statesHere.merged(updates);
			}
		};
		const moments = await world.store.moments(doc, { most: 1_000 });
		await world.renewalsWith({ states }).keep(doc, moments[2]?.seq ?? 0);
		await new Checkpoints({ store: world.store, states, log: silent }).keep(doc);
		expect(await holding('swordfish')).toEqual([]);
	});

	test('when the board is removed meanwhile nothing is kept of it', async () => {
		const { world, doc } = await secretive();
		const states = {
			...statesHere,
			packed: async (updates: readonly Uint8Array[]) => {
				await world.store.remove(doc);
				return statesHere.packed(updates);
			}
		};
		await world.renewalsWith({ states }).keep(doc, 2);
		expect(await world.store.moments(doc, { most: 9 })).toEqual([]);
	});

	test('when a moment of before is being restored', async () => {
		const { world, purgeNow, holding, doc } = await secretive();
		const store = {
			...world.store,
			load: async (asked: string) => {
				if (asked === doc) await purgeNow();
				return world.store.load(asked);
			}
		};
		const restoring = world.historyWith({ store }).restoreInPlace(world.ada, doc, 4);
		await expect(restoring).rejects.toMatchObject({ code: 'part.down' });
		expect(await holding('swordfish')).toEqual([]);
	});
});

describe('looking after documents', () => {
	test('what was deleted 30 days ago leaves by itself, words of living notes stay in their past', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const [gone, kept] = [await note(ada, 'swordfish'), await note(ada, 'kept words')];
		const then = await newest(world);
		await world.renewals.keep(world.board.id, then);
		world.clock.at += DAY;
		ada.edit((doc) => deleteElements(doc, [gone], world.clock.at));
		ada.edit((doc) => textOf(elementMap(doc, kept))?.delete(0, 5));
		await ada.settled();
		await ada.close();
		world.clock.at += DELETED_LASTS_MS - DAY;
		await world.renewals.sweep();
		expect(world.filesHold('swordfish')).toBe(true);
		world.clock.at += DAY + 1;
		await world.renewals.sweep();
		await until(() => expect(world.filesHold('swordfish')).toBe(false));
		expect(words(await world.documentAt(then), kept)).toBe('kept words');
		expect(words(await world.document(), kept)).toBe('words');
	});

	test('what somebody says was deleted long ago stays, on the board and in every moment', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const ids = [await note(ada, 'swordfish'), await note(ada, 'kept')];
		world.clock.at += DAY;
		ada.edit((doc) => {
			for (const id of ids) elementMap(doc, id)?.set('del', 1);
		});
		await ada.settled();
		await ada.close();
		for (let looks = 0; looks < 3; looks++) {
			world.clock.at += 11 * 60 * 1000;
			await world.renewals.sweep();
		}
		expect(await world.history.moments(world.ada, world.board.id)).toHaveLength(3);
		expect(await world.store.epochsOf([world.board.id])).toEqual([1]);
		for (const seq of [1, 2, 3]) expect(words(await world.documentAt(seq), ids[0] ?? '')).toBe('swordfish');
		expect(words(await world.document(), ids[0] ?? '')).toBe('swordfish');
		world.clock.at += DELETED_LASTS_MS;
		await world.renewals.sweep();
		await until(() => expect(world.filesHold('swordfish')).toBe(false));
	});

	test('what is said to be deleted in times to come leaves when the log has not changed for 30 days', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const [odd, later] = [await note(ada, 'swordfish'), await note(ada, 'marlin')];
		ada.edit((doc) => elementMap(doc, odd)?.set('del', 9e15));
		await ada.settled();
		world.clock.at += DAY;
		ada.edit((doc) => deleteElements(doc, [later], world.clock.at));
		await ada.settled();
		await ada.close();
		const passes = async (ms: number) => {
			world.clock.at += ms;
			await world.renewals.sweep();
			// Answered after all that the log was asked before, the emptying of its journal too.
			await world.store.epochsOf([world.board.id]);
			return [world.filesHold('swordfish'), world.filesHold('marlin')];
		};
		expect(await passes(11 * 60 * 1000)).toEqual([true, true]);
		expect(await passes(DELETED_LASTS_MS - 2 * DAY)).toEqual([true, true]);
		expect(await passes(2 * DAY)).toEqual([false, false]);
	});

	test('a board of a thousand sessions is made anew when it rests', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const ids = await Promise.all(Array.from({ length: 60 }, (_, i) => note(ada, `note ${i}`)));
		const doc = await world.document();
		const rows: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => rows.push(update));
		for (let session = 0; session < 1_000; session++) {
			// Everyone who comes has a clientID of their own.
			doc.clientID = 1_000 + session;
			const id = ids[session % ids.length] ?? '';
			moveElements(doc, [id], 1, 0);
			textOf(elementMap(doc, id))?.insert(0, 'x');
			textOf(elementMap(doc, id))?.delete(0, 1);
		}
		deleteElements(doc, ids.slice(0, 1), world.clock.at);
		await ada.close();
		await world.store.append(
			rows.map((update) => ({ doc: world.board.id, author: world.ada.id, at: world.clock.at, update }))
		);
		const size = async (): Promise<number> => Y.encodeStateAsUpdate(await world.document()).length;
		const before = await size();
		world.clock.at += 11 * 60 * 1000;
		await world.renewals.sweep();
		expect(await size()).toBeLessThan(before / 2);
		const again = await world.document();
		// The one that was deleted just now included.
		expect(ids.map((id) => words(again, id))).toEqual(ids.map((id) => words(doc, id)));
		expect(shown(again)).toHaveLength(59);
		expect((await world.store.load(world.board.id)).epoch).toBe(2);
	});

	test('old moments thin out, the present and what stays can be read as before', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const id = await note(ada, 'n');
		const states = new Map<number, string>();
		for (let day = 0; day < 12; day++) {
			for (let n = 0; n < 4; n++) {
				type(ada, id, `${n}`);
				await ada.settled();
				states.set(await newest(world), words(ada.doc, id));
			}
			world.clock.at += DAY;
			// The commands of a day are later than those of the one before.
			await ada.settled();
		}
		await ada.close();
		await world.renewals.sweep();
		const left = (await world.history.moments(world.ada, world.board.id)).map(({ seq }) => seq);
		expect(left.length).toBeLessThan(40);
		expect(left.length).toBeGreaterThan(28);
		for (const seq of left) {
			const expected = states.get(seq);
			if (expected !== undefined) expect(words(await world.documentAt(seq), id), `${seq}`).toBe(expected);
		}
		expect(words(await world.document(), id)).toBe(words(ada.doc, id));
		await world.renewals.sweep();
		expect((await world.history.moments(world.ada, world.board.id)).map(({ seq }) => seq)).toEqual(left);
	});

	test('those that cannot be looked after do not keep the others waiting, and are tried again a day later', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const gone = await note(ada, 'swordfish');
		ada.edit((doc) => deleteElements(doc, [gone], world.clock.at));
		await ada.settled();
		await ada.close();
		const bad = new Uint8Array([99]);
		const broken = Array.from({ length: 250 }, (_, i) => `--broken-${i}`);
		await world.store.append(broken.map((doc) => ({ doc, author: 'eve', at: world.clock.at, update: bad })));
		const tried: string[] = [];
		const renewals = world.renewalsWith({
			store: { ...world.store, load: (doc) => world.store.load(doc).finally(() => tried.push(doc)) }
		});
		const sweeps = async (): Promise<number> => {
			tried.length = 0;
			await renewals.sweep();
			return tried.filter((doc) => doc.startsWith('--broken')).length;
		};
		world.clock.at += DELETED_LASTS_MS + 1;
		expect([await sweeps(), await sweeps(), await sweeps()]).toEqual([200, 50, 0]);
		await until(() => expect(world.filesHold('swordfish')).toBe(false));
		await world.store.append([{ doc: broken[3] ?? '', author: 'eve', at: world.clock.at, update: bad }]);
		world.clock.at += 11 * 60 * 1000;
		expect(await sweeps()).toBe(1);
		world.clock.at += DAY;
		expect(await sweeps()).toBe(200);
	});

	test('what is kept of the past is made once, not at every look', async () => {
		const world = await freshHistory();
		const ada = await world.join(world.ada);
		const id = await note(ada, 'n');
		let made = 0;
		const states = {
			...statesHere,
			packed: async (updates: readonly Uint8Array[]) => {
				made++;
				return statesHere.packed(updates);
			}
		};
		const looksAfter = world.renewalsWith({ states });
		const work = async (): Promise<void> => {
			for (let n = 0; n < 3; n++) {
				type(ada, id, `${n}`);
				await ada.settled();
			}
			world.clock.at += 60 * 60 * 1000;
		};
		for (let hour = 0; hour < 30; hour++) await work();
		world.clock.at += 10 * DAY;
		await looksAfter.sweep();
		expect(made).toBeGreaterThan(25);
		for (let looks = 0; looks < 3; looks++) {
			await work();
			made = 0;
			await looksAfter.sweep();
			expect(made).toBe(0);
		}
	});

	test('a busy board keeps whole states on the way', async () => {
		const world = await freshHistory();
		const doc = new Y.Doc();
		const rows: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => rows.push(update));
		for (let i = 0; i < 12_000; i++) doc.getMap('els').set(`k${i % 7}`, i);
		for (let from = 0; from < rows.length; from += 500) {
			const some = rows.slice(from, from + 500);
			await world.store.append(some.map((update) => ({ doc: world.board.id, author: 'ada', at: 1, update })));
		}
		await until(async () => {
			const kept = (await world.store.read(world.board.id))?.snapshots;
			expect(kept?.map(({ seq }) => seq)).toEqual([5_000, 10_000]);
		});
		expect((await world.store.stateAt(world.board.id, 10_003))?.updates).toHaveLength(4);
	});
});
