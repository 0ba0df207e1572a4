import { inArray } from 'drizzle-orm';
import * as Y from 'yjs';
import type { Db } from '#schema/db';
import { person } from '#schema/index';
import { Refused } from '#domain/refusal';
import { colourOf } from '#domain/team/colours';
import type { Person } from '#domain/wire/control';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, PastState } from '../ports/document-store.ts';
import type { LivingDocuments } from '../ports/living-documents.ts';
import type { States } from '../ports/states.ts';
import type { BoardCard, Boards } from './boards.ts';
import { NOBODY, type Renewals } from './renewals.ts';
import type { Viewer } from './sessions.ts';
import type { Standings } from './standing.ts';

/** A moment of a board's past, as lists answer it. `by` null: the product itself, which made the document anew. */
export type PastMoment = Readonly<{ seq: number; at: Date; by: Readonly<{ id: string; name: string | null }> | null }>;

export type History = ReturnType<typeof createHistory>;

/** How many moments one list has at most. */
const MOST = 500;

/** What somebody else wrote in so recently is left as it is by a restore, among so many changes. */
const AT_WORK_MS = 2 * 60 * 1000;
const MOST_AT_WORK = 10_000;

type Deps = Readonly<{
	db: Db;
	clock: Clock;
	store: Pick<DocumentStore, 'load' | 'moments' | 'since' | 'stateAt'>;
	states: States;
	living: Pick<LivingDocuments, 'write'>;
	standings: Standings;
	boards: Pick<Boards, 'create'>;
	renewals: Pick<Renewals, 'keep' | 'purge'>;
}>;

/** The past of boards: looked at, brought back, and taken out. */
export function createHistory({ db, clock, store, states, living, standings, boards, renewals }: Deps) {
	/** What the board was at that moment. */
	async function momentOf(boardId: string, seq: number): Promise<PastState> {
		const past = await store.stateAt(boardId, seq);
		if (!past) throw new Refused('board.no-such-moment');
		return past;
	}

	/** Elements that others than this person wrote in during the last minutes. */
	async function atWork(boardId: string, by: string, seq: number, now: number): Promise<readonly string[]> {
		const moments = await store.moments(boardId, { before: seq + 1, most: MOST_AT_WORK });
		const recent = moments.filter(({ at, author }) => now - at < AT_WORK_MS && author !== NOBODY);
		const oldest = recent.at(-1);
		if (!oldest) return [];
		const before = (await store.stateAt(boardId, oldest.seq - 1))?.updates ?? [];
		const rows = await store.since(boardId, oldest.seq - 1, MOST_AT_WORK);
		const touched = await states.touched(
			before,
			rows.map(({ update }) => update)
		);
		const theirs = touched.filter((_things, i) => rows[i]?.author !== by && rows[i]?.author !== NOBODY);
		return [...new Set(theirs.flat())];
	}

	return {
		/** The moments of a board, the newest first; those before the number `before`. Members who may edit see them. */
		async moments(
			by: Viewer,
			boardId: string,
			{ before, most = 100 }: Readonly<{ before?: number | undefined; most?: number | undefined }> = {}
		): Promise<readonly PastMoment[]> {
			await standings.require(by.id, boardId, 'see-history');
			const asked = { most: Math.min(most, MOST), ...(before === undefined ? {} : { before }) };
			const moments = await store.moments(boardId, asked);
			const authors = [...new Set(moments.map(({ author }) => author))];
			const people = await db
				.select({ id: person.id, name: person.name })
				.from(person)
				.where(inArray(person.id, authors));
			const names = new Map(people.map(({ id, name }) => [id, name]));
			return moments.map(({ seq, author, at }) => ({
				seq,
				at: new Date(at),
				by: author === NOBODY ? null : { id: author, name: names.get(author) ?? null }
			}));
		},

		/** The whole board as it was at that moment, as one Yjs update. */
		async stateAt(by: Viewer, boardId: string, seq: number): Promise<Uint8Array> {
			await standings.require(by.id, boardId, 'see-history');
			return states.merged((await momentOf(boardId, seq)).updates);
		},

		/** Makes a board of its own from what was shown at that moment. */
		async restoreAsCopy(by: Viewer, boardId: string, seq: number, title?: string): Promise<BoardCard> {
			const { board } = await standings.require(by.id, boardId, 'see-history');
			const fresh = await states.fresh((await momentOf(boardId, seq)).updates);
			return boards.create(by, board.teamId, title ?? board.title, (doc) => Y.applyUpdate(doc, fresh));
		},

		/**
		 * Makes the living board what it was at that moment, in one transaction and under this person's name. Answers how many
		 * elements changed, which were left because somebody else is at work in them, and the moment before, which undoes it.
		 */
		async restoreInPlace(
			by: Viewer,
			boardId: string,
			seq: number
		): Promise<Readonly<{ changed: number; spared: readonly string[]; before: number }>> {
			const { standing } = await standings.require(by.id, boardId, 'restore');
			const then = await momentOf(boardId, seq);
			const now = clock.now();
			const { epoch, seq: before, updates } = await store.load(boardId);
			// A purge came between: what it took is in the moment as it was read, and would be made anew.
			if (epoch !== then.epoch) throw new Refused('part.down', 1);
			const spares = await atWork(boardId, by.id, before, now);
			const { update, changed, spared } = await states.restored(updates, then.updates, { spares, at: now });
			if (update) {
				await renewals.keep(boardId, before);
				await living.write(boardId, personOf(by, standing.role), update);
			}
			return { changed, spared, before };
		},

		/** Takes what is deleted out of the board for good, and out of its past. Answers how many elements left. */
		async purge(by: Viewer, boardId: string): Promise<Readonly<{ left: number }>> {
			await standings.require(by.id, boardId, 'purge');
			return renewals.purge(boardId);
		}
	};
}

function personOf({ id, name, guest }: Viewer, role: Person['role']): Person {
	return { id, name, colour: colourOf(id), guest, role };
}
