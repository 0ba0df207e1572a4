import { DELETED_LASTS_MS, type Purge } from '#domain/board/purge';
import { thinned } from '#domain/board/thinning';
import { Refused } from '#domain/refusal';
import type { Log } from '../log.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, LoadedDocument, Snapshot } from '../ports/document-store.ts';
import type { LivingDocuments } from '../ports/living-documents.ts';
import type { States } from '../ports/states.ts';

/** Who is the author where nobody is: the product itself made the document anew. */
export const NOBODY = '';

/** A document this much larger than a fresh one of the same content is made anew. */
const WORTH_IT = 2;
/** Below this many bytes nothing is worth it. */
const SMALL_BYTES = 32 * 1024;
/** A document that nobody wrote in for so long rests. */
const REST_MS = 10 * 60 * 1000;
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

/** A purge as far as it can be made ready: of which epoch, what leaves, and what stays of the past. */
type Plan = Readonly<{ epoch: number; left: readonly string[]; snapshots: readonly Snapshot[] }>;

/** What keeps documents small and their past short: purges, thinning, and whole states on the way. */
export function createRenewals({ clock, log, store, states, living }: Deps) {
	/** Keeps the whole state at a moment, if that can still be read. */
	async function keep(doc: string, seq: number): Promise<void> {
		const [moment] = await store.moments(doc, { before: seq + 1, most: 1 });
		const past = moment?.seq === seq ? await store.stateAt(doc, seq) : null;
		if (!moment || !past) return;
		const { author, at } = moment;
		await store.keepSnapshot(doc, past.epoch, { seq, author, at, state: await states.merged(past.updates) });
	}

	/** The moments of the past that a purge keeps, without what leaves: the last of each hour. */
	async function pastOf(
		doc: string,
		left: readonly string[],
		readable: Uint8Array | null
	): Promise<readonly Snapshot[]> {
		const hours = new Set<number>();
		const kept: Snapshot[] = [];
		for (const { seq, author, at } of await store.moments(doc, { most: ALL })) {
			const hour = Math.floor(at / HOUR_MS);
			if (hours.has(hour)) continue;
			hours.add(hour);
			const past = await store.stateAt(doc, seq);
			if (past) kept.push({ seq, author, at, state: await states.purgedMoment(past.updates, left, readable) });
		}
		return kept;
	}

	/** What takes long of a purge, while people go on. */
	async function plan(doc: string, how: Purge): Promise<Plan> {
		const { epoch, updates } = await store.load(doc);
		const { left, fresh } = await states.leaving(updates, how);
		return { epoch, left, snapshots: await pastOf(doc, left, how.before === null ? fresh : null) };
	}

	/** The rest, while nobody writes. */
	async function carryOut(doc: string, { epoch, left, snapshots }: Plan): Promise<'done' | 'moved' | 'other-epoch'> {
		let outcome: 'done' | 'moved' | 'other-epoch' = 'moved';
		await living.pause(doc, async () => {
			const { seq, updates, retired, ...now } = await store.load(doc);
			if (now.epoch !== epoch) {
				outcome = 'other-epoch';
				return null;
			}
			const { state, clients, dueAt } = await states.purged(updates, left);
			const first = { author: NOBODY, at: clock.now(), state };
			const all = [...new Set([...retired, ...clients])];
			const renewed = await store.renew(doc, { epoch, seq, first, snapshots, retired: all, dueAt });
			if (!renewed) return null;
			outcome = 'done';
			return { epoch: epoch + 1 };
		});
		return outcome;
	}

	/**
	 * Takes deleted elements out of a document and of its past, by a new epoch. One that another purge came before is planned
	 * again: what was made from the past of before has in it what that one took. Refuses `part.down` when people write faster
	 * than it can be done.
	 */
	async function purge(doc: string, how: Purge): Promise<Readonly<{ left: number }>> {
		let planned: Plan | null = null;
		for (let tries = 0; tries < TRIES; tries++) {
			planned ??= await plan(doc, how);
			const outcome = await carryOut(doc, planned);
			if (outcome === 'done') return { left: planned.left.length };
			if (outcome === 'other-epoch') planned = null;
		}
		throw new Refused('part.down', 5);
	}

	/** Lets moments go that are old and close to others; before rows go, what stays of them becomes whole states. */
	async function thin(doc: string, { epoch, seq: newest, updates }: LoadedDocument, now: number): Promise<void> {
		const moments = await store.moments(doc, { most: ALL });
		const kept = thinned(moments, now);
		// Rows build on each other: all up to here go, and the next one builds on the state here.
		const base = moments.find(({ seq }) => !kept.has(seq))?.seq;
		if (base === undefined) return;
		for (const { seq } of moments) if (seq === base || (seq < base && kept.has(seq))) await keep(doc, seq);
		if (updates.length > 1) await store.checkpoint(doc, epoch, newest, await states.merged(updates));
		await store.dropRows(doc, epoch, base);
		const gone = moments.map((moment) => moment.seq).filter((one) => one < base && !kept.has(one));
		await store.dropSnapshots(doc, epoch, gone);
	}

	async function lookAfter(doc: string): Promise<void> {
		const now = clock.now();
		const loaded = await store.load(doc);
		const { dueAt, bytes, freshBytes } = await states.examined(loaded.updates);
		const isDue = dueAt !== null && dueAt <= now;
		const isLarge = bytes > SMALL_BYTES && bytes > WORTH_IT * freshBytes;
		await thin(doc, loaded, now);
		if (isDue || isLarge) await purge(doc, { before: now - DELETED_LASTS_MS });
		else await store.examined(doc, loaded.epoch, loaded.seq, dueAt);
	}

	return {
		keep,
		purge,
		/** Rows came to a document, those after `before` up to `seq`: keeps a whole state now and then. An edge. */
		async grown(doc: string, before: number, seq: number): Promise<void> {
			if (Math.floor(seq / SNAPSHOT_ROWS) === Math.floor(before / SNAPSHOT_ROWS)) return;
			await keep(doc, seq).catch((error: unknown) =>
				log.warn({ err: error, doc }, 'a state of the past could not be kept')
			);
		},
		/** Looks after documents that rest and those whose time has come, one after the other. */
		async sweep(): Promise<void> {
			const now = clock.now();
			for (const doc of await store.toExamine({ now, restingSince: now - REST_MS, most: MOST_DOCUMENTS })) {
				await lookAfter(doc).catch((error: unknown) =>
					log.error({ err: error, doc }, 'a document could not be looked after')
				);
			}
		}
	};
}
