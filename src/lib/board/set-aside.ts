/** What becomes of work that is only in this browser when a board's line has ended for good. */
import * as Y from 'yjs';
import { copyElements } from '#domain/board/clipboard';
import { presentElements } from '#domain/board/commands';
import { TITLE_MAX } from '#domain/board/title';
import { m } from '#i18n/messages';
import { Connection, type Ended, type SyncState } from './sync/connection.ts';

/** Who stands before the ended line: a guest has no account, and only a member may make boards in the team. */
export type Who = Readonly<{ guest: boolean; member: boolean }>;

/** How things go on once a line has ended. */
export type Aftermath = Readonly<{
	/** What is offered for unsent work before anything else happens: a board of its own, or its words alone. */
	offer: 'board' | 'words' | null;
	/** Whether the copy in this browser goes; never before an offer was answered. */
	forget: boolean;
	/** `reopen`: here, with the data of now and a new line. `reload`: a newer page; what is unsent goes in from the copy. */
	then: 'reopen' | 'reload' | 'sign-in' | 'leave';
}>;

/** A board's life begins with this epoch; only a purge raises it. */
const FIRST_EPOCH = 1;

/** So long a board that is being kept may take to reach the server's disk, bad lines included. */
const KEEP_MS = 60_000;

/** Why a line ended, and how many changes are only here. */
export type End = Readonly<{ why: Ended; n: number }>;

/** What follows from the reason and from who it is. */
export function aftermath({ why, n }: End, who: Who): Aftermath {
	const offer = who.member ? 'board' : 'words';
	switch (why) {
		case 'role':
			return { offer: n > 0 ? offer : null, forget: true, then: 'reopen' };
		case 'refused':
		case 'too-large':
			// Offered uncounted too: what was refused may have come from an earlier visit, by way of the copy.
			return { offer, forget: true, then: 'reopen' };
		case 'unknown':
			return { offer: n > 0 ? offer : null, forget: true, then: 'leave' };
		case 'signed-out':
			// An account comes back to its copy. A guest comes back as someone else, whom this copy is not for.
			if (!who.guest) return { offer: null, forget: false, then: 'sign-in' };
			return { offer: n > 0 ? 'words' : null, forget: true, then: 'leave' };
		case 'too-old':
		case 'malformed':
			return { offer: null, forget: false, then: 'reload' };
	}
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
	// Before the line stands: it leaves as one answer to the server's question, for which the bound is wide.
	Y.applyUpdate(line.doc, copy);
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
