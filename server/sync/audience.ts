import { setImmediate as nextTurn } from 'node:timers/promises';
import { CLOSE } from '#domain/wire/close-codes';
import type { LoadedDocument } from '#server/ports/document-store';
import type { Allowances } from './allowances.ts';
import { framesOf } from './frames.ts';
import { LoggedDocument } from './logged-document.ts';
import { stepTwoMessage, updateMessage } from './outbound.ts';
import type { Peer } from './peer.ts';

/** A document that holds what is durable and nothing else. */
export type Answering = Readonly<{
	/** Whether somebody knows this document of an earlier epoch. */
	isOlder(stateVector: Uint8Array): boolean;
	/** What a document with this state vector lacks. */
	answer(stateVector: Uint8Array): Uint8Array;
}>;

/** Bytes that count as much as a millisecond's work: who has an answer made has it sent too. */
const BYTES_PER_MS = 100 * 1024;

/**
 * No answer takes longer to make than this, by the bytes of question and answer; what took longer was a standstill of the
 * process, which is not the doing of who asked.
 */
const MAKING_MS = 20;
const MAKING_BYTES_PER_MS = 10 * 1024;

/**
 * Who at a room has had the document and gets every frame from then on, and who still waits for it. The answer and the
 * first frame after it belong together: between them nothing may be left out, and nothing may be in either that is not
 * durable.
 */
export class Audience {
	readonly #joined = new Set<Peer>();
	/** With the state vector that each asked with last: an answer costs much more than the question. */
	readonly #waiting = new Map<Peer, Uint8Array>();
	/** Counts what was sent, so that an answer from the log can tell whether it is out of date. */
	#sent = 0;
	readonly #allowances: Allowances;
	readonly #turnMs: number;

	constructor(allowances: Allowances, turnMs: number) {
		this.#allowances = allowances;
		this.#turnMs = turnMs;
	}

	/** A peer asks for what it lacks; what it asked before and still waits for is forgotten. */
	wait(peer: Peer, stateVector: Uint8Array): void {
		this.#waiting.set(peer, stateVector);
	}

	leave(peer: Peer): void {
		this.#joined.delete(peer);
		this.#waiting.delete(peer);
	}

	/** The state vectors of those who wait for an answer. */
	get asked(): Iterable<Uint8Array> {
		return this.#waiting.values();
	}

	/** Whether somebody waits for an answer. */
	get awaited(): boolean {
		return this.#waiting.size > 0;
	}

	/** How long until one of those who wait may be answered; null when nobody waits. */
	waitMs(now: number): number | null {
		let least: number | null = null;
		for (const { person } of this.#waiting.keys()) {
			least = Math.min(least ?? Infinity, this.#allowances.waitMs(person.id, now));
			if (least === 0) break;
		}
		return least;
	}

	/** Whether it has had the document, and is to get every frame. */
	has(peer: Peer): boolean {
		return this.#joined.has(peer);
	}

	/** Sends committed updates side by side in one buffer, and answers it: it is for the caller to write it to `except`. */
	broadcast(updates: readonly Uint8Array[], except?: ReadonlySet<Peer>): Uint8Array | null {
		if (updates.length === 0) return null;
		this.#sent++;
		const frames = framesOf(updates.map(updateMessage));
		for (const peer of this.#joined) if (!except?.has(peer)) peer.write(frames);
		return frames;
	}

	/**
	 * Answers those whose turn it is. Who is left goes on waiting: everyone else's work is not held up by answers.
	 */
	answer(document: Answering): void {
		const from = performance.now();
		let at = from;
		for (const [peer, stateVector] of this.#waiting) {
			if (at - from >= this.#turnMs && at !== from) return;
			if (this.#allowances.waitMs(peer.person.id, at) > 0) continue;
			this.#waiting.delete(peer);
			if (document.isOlder(stateVector)) {
				// The answer would mix two documents. Our client was told the epoch; others know of none.
				peer.end(CLOSE.malformed);
				continue;
			}
			// First: who cannot take the answer leaves.
			this.#joined.add(peer);
			const frames = framesOf([stepTwoMessage(document.answer(stateVector))]);
			peer.writeAnswer(frames);
			const now = performance.now();
			const mostMs = MAKING_MS + (stateVector.length + frames.length) / MAKING_BYTES_PER_MS;
			this.#allowances.spend(peer.person.id, Math.min(now - at, mostMs) + frames.length / BYTES_PER_MS, now);
			at = now;
		}
	}

	/**
	 * Answers those whose turn it is, and who comes meanwhile, from the log itself, turn by turn from one reading of it; when
	 * something was sent meanwhile they wait still. False when there is nothing to answer from.
	 */
	async answerFromLog(load: () => Promise<LoadedDocument | null>): Promise<boolean> {
		const sent = this.#sent;
		const loaded = await load();
		if (!loaded) return false;
		if (sent !== this.#sent) return true;
		const document = new LoggedDocument(loaded);
		while (sent === this.#sent && this.waitMs(performance.now()) === 0) {
			this.answer(document);
			await nextTurn();
		}
		document.destroy();
		return true;
	}
}
