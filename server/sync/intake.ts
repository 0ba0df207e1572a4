import { CLOSE } from '#domain/wire/close-codes';
import type { LoggedDocument, Verdict } from './logged-document.ts';
import { weightOf, type Peer, type Received } from './peer.ts';

/** One sender's part of a tick. `update` null: it brought nothing new. */
export type Written = Readonly<{ peer: Peer; update: Uint8Array | null; messages: readonly Received[] }>;

/** A step 2 that a writer owes, with the messages that build on it. */
type Due = { readonly held: Received[]; heldBytes: number; heldSince: number; received: boolean };

/**
 * What writers sent and no commit has taken yet. A tick lets it into the document, each sender's messages together, and
 * turns away what the document cannot take.
 */
export class Intake {
	readonly #maxHeldBytes: number;
	#inbox: Received[] = [];
	/** Writers asked for what they have and we lack, whose step 2 was not judged yet. */
	readonly #asked = new Map<Peer, Due>();

	constructor(maxHeldBytes: number) {
		this.#maxHeldBytes = maxHeldBytes;
	}

	get waiting(): number {
		return this.#inbox.length;
	}

	get empty(): boolean {
		return this.#inbox.length === 0;
	}

	receive(message: Received): void {
		this.#inbox.push(message);
		const due = message.stepTwo ? this.#asked.get(message.peer) : undefined;
		if (due) due.received = true;
	}

	/** These were taken, and are to be judged again before all that waits. */
	again(messages: readonly Received[]): void {
		this.#inbox.unshift(...messages);
	}

	/** A step 2 of this writer is to be expected. */
	expect(peer: Peer): void {
		if (!this.#asked.has(peer)) this.#asked.set(peer, { held: [], heldBytes: 0, heldSince: 0, received: false });
	}

	/** A step 2 brought nothing new. False when messages wait for it: then it is to be judged in its turn. */
	broughtNothing(peer: Peer): boolean {
		const due = this.#asked.get(peer);
		return !due || (due.held.length === 0 && this.#asked.delete(peer));
	}

	/** Writers whose messages have been held since before `since`, and who have not sent the step 2 that these wait for. */
	overdue(since: number): readonly Peer[] {
		return [...this.#asked]
			.filter(([, { held, heldSince, received }]) => held.length > 0 && heldSince < since && !received)
			.map(([peer]) => peer);
	}

	/** What it sent stays: it was received. */
	leave(peer: Peer): void {
		this.#asked.delete(peer);
	}

	/**
	 * Takes messages of at most so many bytes, one always, into the document. Null when the document tore at one of them:
	 * that one is refused, and the rest waits for the document that the log gives back.
	 */
	take(document: LoggedDocument, bytes: number): readonly Written[] | null {
		const turn = this.#turn(bytes);
		const bySender = Map.groupBy(turn, ({ peer }) => peer);
		const judged = new Set<Received>();
		const written: Written[] = [];
		for (const [peer, messages] of bySender) {
			const accepted: Received[] = [];
			const update = document.write((apply) => {
				for (const message of messages) this.#judge(message, apply, accepted, judged);
			});
			written.push({ peer, update, messages: accepted });
			if (!document.torn) continue;
			const whole = written.flatMap((part) => part.messages);
			this.#inbox.unshift(...whole, ...turn.filter((message) => !judged.has(message)));
			return null;
		}
		return written;
	}

	#turn(bytes: number): readonly Received[] {
		let count = 0;
		for (let size = 0; count < this.#inbox.length && (count === 0 || size < bytes); count++) {
			size += this.#inbox[count]?.update.length ?? 0;
		}
		return this.#inbox.splice(0, count);
	}

	/** False after a tear: the message is neither good nor bad yet. */
	#judge(
		message: Received,
		apply: (update: Uint8Array) => Verdict | 'after-tear',
		accepted: Received[],
		judged: Set<Received>
	): boolean {
		if (message.refused) {
			// Judged before a tear; it only has to be counted in its turn.
			judged.add(message);
			accepted.push(message);
			return true;
		}
		const due = this.#asked.get(message.peer);
		const verdict = apply(message.update);
		if (verdict === 'after-tear') return false;
		judged.add(message);
		switch (verdict) {
			case 'fits':
				accepted.push(message);
				break;
			case 'early':
				// Someone who worked offline goes on typing before our question has reached them: their step 2 will close the gap.
				if (due && !message.stepTwo) {
					this.#hold(due, message);
					return true;
				}
				refuse(message, accepted);
				break;
			case 'full':
				message.peer.end(CLOSE.tooLarge, 'full');
				break;
			case 'malformed':
			case 'retired':
			case 'torn':
				refuse(message, accepted);
		}
		if (!message.stepTwo || !due) return true;
		this.#asked.delete(message.peer);
		for (const next of due.held) {
			// Not in this document any more: it waits with what is whole.
			if (!this.#judge(next, apply, accepted, judged)) accepted.push(next);
		}
		return true;
	}

	#hold(due: Due, message: Received): void {
		if (due.held.length === 0) due.heldSince = performance.now();
		due.held.push(message);
		due.heldBytes += weightOf(message);
		message.peer.taken([message]);
		if (due.heldBytes > this.#maxHeldBytes) message.peer.end(CLOSE.tooLarge);
	}
}

/** A refused message counts as dealt with, but in its turn: those before it may not be durable yet. */
function refuse(message: Received, accepted: Received[]): void {
	message.refused = true;
	accepted.push(message);
	message.peer.refuse(message.n, 'wire.malformed');
}
