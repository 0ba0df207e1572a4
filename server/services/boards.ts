import { and, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import * as Y from 'yjs';
import type { Db } from '#schema/db';
import { board, boardRole, document, member } from '#schema/index';
import { m } from '#i18n/messages';
import { Refused } from '#domain/refusal';
import { mayOnBoard, roleOfMember, type BoardRole, type Standing } from '#domain/board/roles';
import { refuseTitle } from '#domain/board/title';
import type { Language } from '#domain/team/language';
import { oneLine } from '#domain/team/names';
import { SCHEMA } from '#domain/wire/kinds';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Announcements } from './announcements.ts';
import { isId, newId } from './ids.ts';
import type { Viewer } from './sessions.ts';
import type { BoardSeen, Standings } from './standing.ts';
import type { Teams } from './teams.ts';

/** A board as lists and calls answer it. */
export type BoardCard = Readonly<{
	id: string;
	team: string;
	title: string;
	/** Path of its socket. */
	sync: string;
	/** What the viewer is there. */
	role: BoardRole;
	archived: boolean;
	/** In the bin. */
	deleted: boolean;
	updatedAt: Date;
}>;

export type BoardPatch = Readonly<{
	title?: string | undefined;
	archived?: boolean | undefined;
	deleted?: boolean | undefined;
}>;

export type Boards = ReturnType<typeof createBoards>;

const BIN_LASTS_MS = 30 * 24 * 60 * 60 * 1000;

type Deps = Readonly<{
	db: Db;
	clock: Clock;
	store: Pick<DocumentStore, 'append' | 'epochsOf' | 'remove'>;
	announce: Announcements;
	standings: Standings;
	teams: () => Pick<Teams, 'roleIn'>;
	/** Writes the board that a new team finds. */
	welcomeBoard: (doc: Y.Doc, language: Language) => void;
}>;

/** Boards: made, named, put away, thrown into the bin and taken out of it. */
export function createBoards({ db, clock, store, announce, standings, teams, welcomeBoard }: Deps) {
	/** The records of a new board, in one transaction; its maker is its facilitator. */
	async function insert(by: Viewer, teamId: string, title: string, id: string): Promise<BoardCard> {
		const now = new Date(clock.now());
		const row = { id, teamId, title, createdBy: by.id, createdAt: now, updatedAt: now };
		await db.transaction(async (tx) => {
			await tx.insert(board).values(row);
			await tx.insert(boardRole).values({ boardId: id, personId: by.id, role: 'facilitator' });
			await tx.insert(document).values({ id, kind: 'board', boardId: id, schema: SCHEMA });
		});
		return card({ ...row, archivedAt: null, deletedAt: null }, 'facilitator');
	}

	/** Puts the first content on a board before its record: a row of the log that no record names is never seen, an empty board would be. */
	async function fill(id: string, by: Viewer, write: (doc: Y.Doc) => void): Promise<void> {
		const doc = new Y.Doc();
		write(doc);
		const [appended] = await store.append([
			{ doc: id, author: by.id, at: clock.now(), update: Y.encodeStateAsUpdate(doc) }
		]);
		doc.destroy();
		if (appended && 'error' in appended) throw appended.error;
	}

	/** Writes changed columns and answers the board as it is now. */
	async function write(seen: BoardSeen, change: Partial<typeof board.$inferInsert>): Promise<BoardCard> {
		const [row] = await db
			.update(board)
			.set({ ...change, updatedAt: new Date(clock.now()) })
			.where(eq(board.id, seen.board.id))
			.returning();
		if (!row) throw new Refused('board.unknown');
		return card(row, seen.standing.role);
	}

	async function bin(by: Viewer, boardId: string, deleted: boolean): Promise<BoardCard> {
		const seen = await standings.requireFromBin(by.id, boardId);
		const changed = await write(seen, { deletedAt: deleted ? (seen.board.deletedAt ?? new Date(clock.now())) : null });
		announce.board({ board: boardId, deleted });
		announce.access({ kind: 'board', board: boardId });
		return changed;
	}

	/**
	 * The content goes first: a record without content is due again, content without a record would never be. The lock
	 * keeps anyone from taking the board out of the bin meanwhile.
	 */
	async function removeForGood(id: string, before: Date): Promise<void> {
		await db.transaction(async (tx) => {
			const isDue = and(eq(board.id, id), lt(board.deletedAt, before));
			const [due] = await tx.select({ id: board.id }).from(board).where(isDue).for('update');
			if (!due) return;
			const docs = await tx.select({ id: document.id }).from(document).where(eq(document.boardId, id));
			for (const doc of docs) await store.remove(doc.id);
			await tx.delete(board).where(eq(board.id, id));
		});
	}

	return {
		/** The epoch of a board's document, for the copy in the browser. */
		async epochOf(boardId: string): Promise<number> {
			const [epoch = 1] = await store.epochsOf([boardId]);
			return epoch;
		},
		/** Makes a board, empty or with what `write` puts on it; any member of the team may. */
		async create(by: Viewer, teamId: string, title: string, write?: (doc: Y.Doc) => void): Promise<BoardCard> {
			if (by.guest) throw new Refused('account.needed');
			await teams().roleIn(teamId, by.id);
			const no = refuseTitle(title);
			if (no) throw new Refused(no);
			const id = newId();
			if (write) await fill(id, by, write);
			return insert(by, teamId, oneLine(title), id);
		},
		/** Makes the board that explains itself, in the viewer's language. */
		async createWelcome(by: Viewer, teamId: string): Promise<BoardCard> {
			const language = by.language ?? 'en';
			const id = newId();
			await fill(id, by, (doc) => welcomeBoard(doc, language));
			return insert(by, teamId, m.team_welcome_board_title({}, { locale: language }), id);
		},
		/** The team's boards, those changed last first; with `bin`, those in the bin that the viewer may take out. */
		async list(
			by: Viewer,
			teamId: string,
			{ bin = false }: { readonly bin?: boolean } = {}
		): Promise<readonly BoardCard[]> {
			const team = await teams().roleIn(teamId, by.id);
			const rows = await db
				.select({ board, own: boardRole.role })
				.from(board)
				.leftJoin(boardRole, and(eq(boardRole.boardId, board.id), eq(boardRole.personId, by.id)))
				.where(and(eq(board.teamId, teamId), bin ? isNotNull(board.deletedAt) : isNull(board.deletedAt)))
				.orderBy(desc(board.updatedAt), board.id);
			return rows
				.map((row) => ({ ...row, standing: { role: roleOfMember(team, row.own), team } satisfies Standing }))
				.filter(({ standing }) => !bin || mayOnBoard(standing, 'remove'))
				.map(({ board: row, standing }) => card(row, standing.role));
		},
		/** One board with what the viewer may there. */
		async read(by: Viewer, boardId: string): Promise<BoardCard & Readonly<{ standing: Standing }>> {
			const seen = await standings.require(by.id, boardId, 'see');
			return { ...card(seen.board, seen.standing.role), standing: seen.standing };
		},
		/** Changes what is given and answers the board as it is then. Open pages show a new title at once. */
		async patch(by: Viewer, boardId: string, { title, archived, deleted }: BoardPatch): Promise<BoardCard> {
			const no = title === undefined ? null : refuseTitle(title);
			if (no) throw new Refused(no);
			let changed: BoardCard | undefined;
			// Out of the bin first, or what follows would not see the board; into it last, for the same reason.
			if (deleted === false) changed = await bin(by, boardId, false);
			if (title !== undefined || archived !== undefined) {
				const seen = await standings.require(by.id, boardId, 'rename');
				changed = await write(seen, {
					...(title === undefined ? {} : { title: oneLine(title) }),
					...(archived === undefined
						? {}
						: { archivedAt: archived ? (seen.board.archivedAt ?? new Date(clock.now())) : null })
				});
				if (title !== undefined) announce.board({ board: boardId, title: changed.title });
			}
			if (deleted === true) changed = await bin(by, boardId, true);
			if (changed) return changed;
			const seen = await standings.require(by.id, boardId, 'see');
			return card(seen.board, seen.standing.role);
		},
		/** Throws a board into the bin, where it stays for 30 days. Who has it open is told at once. */
		async remove(by: Viewer, boardId: string): Promise<void> {
			await bin(by, boardId, true);
		},
		/** Says what one member of the team is at this board; null: what members are anyway. */
		async setRole(by: Viewer, boardId: string, personId: string, role: BoardRole | null): Promise<void> {
			const seen = await standings.require(by.id, boardId, 'set-roles');
			if (!isId(personId)) throw new Refused('team.member-unknown');
			const [them] = await db
				.select({ role: member.role })
				.from(member)
				.where(and(eq(member.teamId, seen.board.teamId), eq(member.personId, personId)));
			if (!them) throw new Refused('team.member-unknown');
			if (role === null) {
				await db.delete(boardRole).where(and(eq(boardRole.boardId, boardId), eq(boardRole.personId, personId)));
			} else {
				await db
					.insert(boardRole)
					.values({ boardId, personId, role })
					.onConflictDoUpdate({ target: [boardRole.boardId, boardRole.personId], set: { role } });
			}
			announce.access({ kind: 'person', person: personId });
		},
		/** Removes for good what has been in the bin for 30 days. A board that fails keeps no other; the next time tries it again. */
		async emptyBin(): Promise<void> {
			const before = new Date(clock.now() - BIN_LASTS_MS);
			const due = await db.select({ id: board.id }).from(board).where(lt(board.deletedAt, before));
			const failures: unknown[] = [];
			for (const { id } of due) await removeForGood(id, before).catch((error: unknown) => failures.push(error));
			if (failures.length > 0) throw new AggregateError(failures, 'some boards stayed in the bin');
		}
	};
}

function card(row: typeof board.$inferSelect, role: BoardRole): BoardCard {
	return {
		id: row.id,
		team: row.teamId,
		title: row.title,
		sync: `/sync/${row.id}`,
		role,
		archived: row.archivedAt !== null,
		deleted: row.deletedAt !== null,
		updatedAt: row.updatedAt
	};
}
