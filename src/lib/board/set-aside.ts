/** What becomes of work that is only in this browser when a board's line has ended for good. */
import * as Y from 'yjs';
import { copyElements } from '#domain/board/clipboard';
import { presentElements } from '#domain/board/commands';
import { TITLE_MAX } from '#domain/board/title';
import { m } from '#i18n/messages';
import { Connection, type SyncState } from './sync/connection.ts';
import type { Aside } from './sync/copy-store.ts';
import { livingOf } from './sync/living.ts';

/** Who stands before the ended line: a guest has no account, and only a member may make boards in the team. */
export type Who = Readonly<{ guest: boolean; member: boolean }>;

/** How unsent work can be taken along: as a board of its own, or its words alone. */
export type Offer = 'board' | 'words';

/** How things go on once a line has ended. */
export type Aftermath = Readonly<{
	/** What is offered for unsent work before the board is left; what is set aside is offered beside the board. */
	offer: Offer | null;
	/** Whether the copy in this browser goes; never before an offer was answered. */
	forget: boolean;
	/** `reopen`: here, with the data of now and a new line. `reload`: a newer page; what is unsent goes in from the copy. */
	then: 'reopen' | 'reload' | 'sign-in' | 'leave';
}>;

/** A board's life begins with this epoch; only a purge raises it. */
const FIRST_EPOCH = 1;

/** So long a board that is being kept may take to reach the server's disk, bad lines included. */
const KEEP_MS = 60_000;

/** A line that ended for good. */
export type End = Extract<SyncState, { is: 'ended' }>;

/** What can be offered to whom. */
export const offerTo = ({ member }: Who): Offer => (member ? 'board' : 'words');

/** What follows from the reason and from who it is. */
export function aftermath({ why, n, kept }: Omit<End, 'is'>, who: Who): Aftermath {
	switch (why) {
		case 'role':
		case 'refused':
		case 'too-large':
		case 'full':
		case 'renewed':
			return { offer: null, forget: false, then: 'reopen' };
		case 'unknown':
			return { offer: n > 0 ? offerTo(who) : null, forget: true, then: 'leave' };
		case 'signed-out':
			// A guest comes back as someone else, whom this copy is not for.
			if (who.guest) return { offer: n > 0 ? 'words' : null, forget: true, then: 'leave' };
			// An account comes back to its copy; where the browser keeps none, this is the last moment.
			return { offer: n > 0 && !kept ? 'words' : null, forget: false, then: 'sign-in' };
		case 'too-old':
		case 'malformed':
			return { offer: n > 0 && !kept ? 'words' : null, forget: false, then: 'reload' };
	}
}

/** What of a board is still waiting in this page. */
export type Waiting = Readonly<{
	sync: SyncState;
	/** Beside the board, unanswered. */
	aside: Aside | null;
	/** After the end, unanswered. */
	offer: Offer | null;
}>;

/** Whether work would be gone for good if the page went now: it waits, and no later visit would find it. */
export function wouldBeLost({ sync, aside, offer }: Waiting): boolean {
	if (offer !== null || (aside && !aside.kept)) return true;
	return sync.is !== 'ended' && 'n' in sync && sync.n > 0 && !sync.kept;
}

/** All words of a board, in drawing order, a line for each thing. */
export function wordsOf(doc: Y.Doc): string {
	const all = presentElements(doc).map(({ id }) => id);
	return copyElements(doc, all).text;
}

/** A name for the board that a version is kept as; a long one is cut so that the server takes it. */
export function titleOfVersion(title: string, name: string): string {
	const room = TITLE_MAX - m.board_aside_version_of({ title: '', name }).length;
	return m.board_aside_version_of({ title: title.slice(0, Math.max(0, room)), name }).slice(0, TITLE_MAX);
}

/** What became of work that waited for an answer. */
export type Became = Readonly<{ is: 'dropped' }> | Readonly<{ is: 'board'; board: string }>;

/** A version to keep. `base` is the address of sockets, without a document. */
export type Version = Readonly<{ team: string; title: string; copy: Uint8Array; base: string }>;

/** What became of keeping it; `words` say why not, when the server said so. */
export type Kept = Readonly<{ is: 'kept'; board: string }> | Readonly<{ is: 'not-kept'; words: string | null }>;

/** Makes a board of the version. It is kept when the server has called all of it durable, and not a moment before. */
export async function keepAsBoard({ team, title, copy, base }: Version): Promise<Kept> {
	const headers = { 'content-type': 'application/json' };
	try {
		const answer = await fetch('/api/v1/boards', { method: 'POST', headers, body: JSON.stringify({ team, title }) });
		const body = (await answer.json()) as { id: string; message: string };
		if (!answer.ok) return { is: 'not-kept', words: body.message };
		if (await carry(base, body.id, copy)) return { is: 'kept', board: body.id };
		// An empty board would look like the version that it is not.
		await fetch(`/api/v1/boards/${body.id}`, { method: 'DELETE', headers });
	} catch {
		// The network is an edge: the version stays here, and that is said.
	}
	return { is: 'not-kept', words: null };
}

/** Brings a copy into an empty document; answers whether it is durable there. */
async function carry(base: string, doc: string, copy: Uint8Array): Promise<boolean> {
	const line = new Connection({ base, doc, epoch: FIRST_EPOCH, person: null });
	// Before the line stands: it leaves as one answer to the server's question, for which the bound is wide. What was deleted
	// in the version, and its past, is for nobody who can open the new board.
	const living = livingOf(copy);
	if (living) Y.applyUpdate(line.doc, living);
	try {
		return await new Promise<boolean>((settle) => {
			const late = setTimeout(() => settle(false), KEEP_MS);
			line.onState(({ is }: SyncState) => {
				if (is !== 'saved' && is !== 'ended') return;
				clearTimeout(late);
				settle(is === 'saved');
			});
		});
	} finally {
		await line.destroy();
	}
}
