import { nextEpoch } from '#domain/board/epoch';
import { DELETED_LASTS_MS, type Seen } from '#domain/board/purge';
import { thinned } from '#domain/board/thinning';
import { Refused } from '#domain/refusal';
import type { Log } from '../log.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, LoadedDocument, Moment } from '../ports/document-store.ts';
import type { LivingDocuments } from '../ports/living-documents.ts';
import type { States } from '../ports/states.ts';
import { newId } from './ids.ts';

/** Who is the author where nobody is: the product itself made the document anew. */
export const NOBODY = '';

/** A document this much larger than a fresh one of the same content is made anew. */
const WORTH_IT = 2;
/** Below this many bytes nothing is worth it. */
const SMALL_BYTES = 32 * 1024;
/** A document that nobody wrote in for so long rests. */
const REST_MS = 10 * 60 * 1000;
/** One that could not be looked after is tried again after so long. */
const LEFT_MS = 24 * 60 * 60 * 1000;
/** Documents looked after in one sweep. */
const MOST_DOCUMENTS = 200;
/**
 * A whole state is kept every so many rows, so that no moment is far from one: every 500 make the moments of a board of
 * 5,000 elements 45 ms away (118 at most), every 5,000 make it 66 (204), and cost the busiest boards a tenth.
 */
const SNAPSHOT_ROWS = 5_000;
/** All moments that there are. */
const ALL = 1_000_000;
const HOUR_MS = 60 * 60 * 1000;
/** How often a purge begins again because somebody wrote meanwhile. */
const TRIES = 10;

export type Renewals = ReturnType<typeof createRenewals>;

type Deps = Readonly<{
	clock: Clock;
	log: Log;
	store: DocumentStore;
	states: States;
	living: Pick<LivingDocuments, 'pause'>;
}>;

/** Somebody wants it now, or it is the time for it. */
type Occasion = 'at-once' | 'by-itself';

/** A purge as far as it can be made ready: of which epoch, what leaves, and since when others stay. */
type Plan = Readonly<{ epoch: number; left: readonly string[]; from: number }>;

/** What keeps documents small and their past short: purges, thinning, and whole states on the way. */
export function createRenewals({ clock, log, store, states, living }: Deps) {
	/** Keeps the whole state at a moment, unless it is there, or can not be read any more. */
	async function keep(doc: string, { seq, author, at, whole }: Moment): Promise<void> {
		const past = whole ? null : await store.stateAt(doc, seq);
		if (!past) return;
		await store.keepSnapshot(doc, past.epoch, { seq, author, at, packed: await states.packed(past.updates) });
	}

	/** The same for the moment of that number. */
	async function keepAt(doc: string, seq: number): Promise<void> {
		const [moment] = await store.moments(doc, { before: seq + 1, most: 1 });
		if (moment?.seq === seq) await keep(doc, moment);
	}

	/**
	 * Puts aside the moments of the past that a purge keeps, without what leaves: the last of each hour. One by one: together
	 * they may be more than fits into memory.
	 */
	async function stage(doc: string, past: string, { epoch, left }: Plan, readable: Uint8Array | null): Promise<void> {
		const hours = new Set<number>();
		for (const { seq, author, at } of await store.moments(doc, { most: ALL })) {
			const hour = Math.floor(at / HOUR_MS);
			if (hours.has(hour)) continue;
			hours.add(hour);
			const then = await store.stateAt(doc, seq);
			if (!then) continue;
			const packed = await states.purgedMoment(then.updates, left, readable);
			await store.stage(doc, epoch, past, { seq, author, at, packed });
		}
	}

	/**
	 * The document as the log shows it 30 days ago, when it changed next, and last. Where it shows nothing so old, it was
	 * empty, and nothing deleted in it.
	 */
	async function longAgo(doc: string, now: number): Promise<Seen & Readonly<{ before: readonly Uint8Array[] }>> {
		const moments = await store.moments(doc, { most: ALL });
		const isOld = ({ at }: Moment): boolean => at <= now - DELETED_LASTS_MS;
		const then = moments.find(isOld);
		const past = then ? await store.stateAt(doc, then.seq) : null;
		const next = moments.findLast(({ seq }) => seq > (then?.seq ?? 0));
		return { before: past?.updates ?? [], from: next?.at ?? now, newest: moments[0]?.at ?? now };
	}

	/** What would leave a document, whether that is worth a new epoch, and when to look again. */
	async function look(doc: string, { updates }: LoadedDocument, occasion: Occasion) {
		const now = clock.now();
		const atOnce = { before: null, from: now, newest: now };
		const { before, ...seen } = occasion === 'at-once' ? atOnce : await longAgo(doc, now);
		const { left, fresh, bytes, dueAt } = await states.leaving(updates, before, seen);
		const isLarge = bytes > SMALL_BYTES && bytes > WORTH_IT * fresh.length;
		return { left, fresh, dueAt, from: seen.from, isWorthIt: occasion === 'at-once' || left.length > 0 || isLarge };
	}

	/** What takes long of a purge, while people go on; null when there is no occasion for it any more. */
	async function plan(doc: string, past: string, occasion: Occasion): Promise<Plan | null> {
		const loaded = await store.load(doc);
		const { left, fresh, from, isWorthIt } = await look(doc, loaded, occasion);
		if (!isWorthIt) return null;
		const planned = { epoch: loaded.epoch, left, from };
		await stage(doc, past, planned, occasion === 'at-once' ? fresh : null);
		return planned;
	}

	/** The rest, while nobody writes. */
	async function carryOut(
		doc: string,
		past: string,
		{ epoch, left, from }: Plan
	): Promise<'done' | 'moved' | 'other-epoch'> {
		let outcome: 'done' | 'moved' | 'other-epoch' = 'moved';
		await living.pause(doc, async () => {
			const { seq, updates, retired, ...now } = await store.load(doc);
			if (now.epoch !== epoch) {
				outcome = 'other-epoch';
				return null;
			}
			const at = clock.now();
			const { state, packed, clients, dueAt } = await states.purged(updates, left, { from, newest: at });
			const first = { author: NOBODY, at, state, packed };
			const all = [...new Set([...retired, ...clients])];
			const next = nextEpoch(epoch, at);
			const renewed = await store.renew(doc, { epoch, seq, next, first, past, retired: all, dueAt });
			if (!renewed) return null;
			outcome = 'done';
			return { epoch: next };
		});
		return outcome;
	}

	/**
	 * Takes deleted elements out of a document and of its past, by a new epoch. One that another purge came before is planned
	 * again: what was made from the past of before has in it what that one took. Refuses `part.down` when people write faster
	 * than it can be done.
	 */
	async function purge(doc: string, occasion: Occasion): Promise<Readonly<{ left: number }>> {
		const past = newId();
		try {
			let planned: Plan | null = null;
			for (let tries = 0; tries < TRIES; tries++) {
				planned ??= await plan(doc, past, occasion);
				if (!planned) return { left: 0 };
				const outcome = await carryOut(doc, past, planned);
				if (outcome === 'done') return { left: planned.left.length };
				// What was put aside for this one went with it.
				if (outcome === 'other-epoch') planned = null;
			}
			throw new Refused('part.down', 5);
		} catch (error) {
			await store
				.unstage(doc, past)
				.catch((err: unknown) => log.warn({ err, doc }, 'what was put aside stays until the next'));
			throw error;
		}
	}

	/** Lets moments go that are old and close to others; before rows go, what stays of them becomes whole states. */
	async function thin(doc: string, { epoch, seq: newest, updates }: LoadedDocument, now: number): Promise<void> {
		const moments = await store.moments(doc, { most: ALL });
		const kept = thinned(moments, now);
		// Rows build on each other: all up to here go, and the next one builds on the state here.
		const base = moments.find(({ seq }) => !kept.has(seq))?.seq;
		if (base === undefined) return;
		for (const moment of moments) {
			if (moment.seq === base || (moment.seq < base && kept.has(moment.seq))) await keep(doc, moment);
		}
		if (updates.length > 1) await store.checkpoint(doc, epoch, newest, await states.merged(updates));
		await store.dropRows(doc, epoch, base);
		const gone = moments.map((moment) => moment.seq).filter((one) => one < base && !kept.has(one));
		await store.dropSnapshots(doc, epoch, gone);
	}

	async function lookAfter(doc: string, loaded: LoadedDocument): Promise<void> {
		const now = clock.now();
		const { isWorthIt, dueAt } = await look(doc, loaded, 'by-itself');
		await thin(doc, loaded, now);
		if (isWorthIt) await purge(doc, 'by-itself');
		else await store.examined(doc, loaded.epoch, loaded.seq, dueAt);
	}

	/** An edge: what cannot be looked after is left until it changes, or for a day. Before others again it would keep them waiting. */
	async function lookAfterOrLeave(doc: string): Promise<void> {
		const loaded = await store.load(doc);
		await lookAfter(doc, loaded).catch((error: unknown) => {
			log.error({ err: error, doc }, 'a document could not be looked after');
			return store.examined(doc, loaded.epoch, loaded.seq, clock.now() + LEFT_MS);
		});
	}

	return {
		keep: keepAt,
		/** Takes all that is deleted out of a document and of its past, for somebody who asked. */
		purge: (doc: string) => purge(doc, 'at-once'),
		/** Rows came to a document, those after `before` up to `seq`: keeps a whole state now and then. An edge. */
		async grown(doc: string, before: number, seq: number): Promise<void> {
			if (Math.floor(seq / SNAPSHOT_ROWS) === Math.floor(before / SNAPSHOT_ROWS)) return;
			await keepAt(doc, seq).catch((error: unknown) =>
				log.warn({ err: error, doc }, 'a state of the past could not be kept')
			);
		},
		/** Looks after documents that rest and those whose time has come, one after the other. */
		async sweep(): Promise<void> {
			const now = clock.now();
			for (const doc of await store.toExamine({ now, restingSince: now - REST_MS, most: MOST_DOCUMENTS })) {
				await lookAfterOrLeave(doc).catch((error: unknown) =>
					log.error({ err: error, doc }, 'the log does not answer')
				);
			}
		}
	};
}
