import type { LoadedDocument } from '#server/ports/document-store';
import { framesOf } from './frames.ts';
import { LoggedDocument } from './logged-document.ts';
import { stepTwoMessage, updateMessage } from './outbound.ts';
import type { Peer } from './peer.ts';

/**
 * Who at a room has had the document and gets every frame from then on, and who still waits for it. The answer and the
 * first frame after it belong together: between them nothing may be left out, and nothing may be in either that is not
 * durable.
 */
export class Audience {
	readonly #joined = new Set<Peer>();
	#waiting: { peer: Peer; stateVector: Uint8Array }[] = [];
	/** Counts what was sent, so that an answer from the log can tell whether it is out of date. */
	#sent = 0;

	/** A peer asks for what it lacks. */
	wait(peer: Peer, stateVector: Uint8Array): void {
		this.#waiting.push({ peer, stateVector });
	}

	leave(peer: Peer): void {
		this.#joined.delete(peer);
		this.#waiting = this.#waiting.filter((one) => one.peer !== peer);
	}

	get waits(): boolean {
		return this.#waiting.length > 0;
	}

	/** Sends committed updates side by side in one buffer. `except`: their only writer. */
	broadcast(updates: readonly Uint8Array[], except?: Peer): void {
		if (updates.length === 0) return;
		this.#sent++;
		const frames = framesOf(updates.map(updateMessage));
		for (const peer of this.#joined) if (peer !== except) peer.write(frames);
	}

	/** Answers all who wait from a document that holds what is durable and nothing else. */
	answer(document: LoggedDocument): void {
		for (const { peer, stateVector } of this.#waiting.splice(0)) {
			peer.writeAnswer(framesOf([stepTwoMessage(document.answer(stateVector))]));
			this.#joined.add(peer);
		}
	}

	/** Answers all who wait from the log itself. False when something was sent meanwhile, so that they wait still. */
	async answerFromLog(load: () => Promise<LoadedDocument>, maxBytes: number): Promise<boolean> {
		const sent = this.#sent;
		const loaded = await load();
		if (sent !== this.#sent) return false;
		const document = new LoggedDocument(loaded, maxBytes);
		this.answer(document);
		document.destroy();
		return true;
	}
}
