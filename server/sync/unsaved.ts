import type { Hearing } from './hearing.ts';
import { weightOf, type Received } from './peer.ts';

/** What one socket sent that waits for a commit. Above the bound the socket is not read, until half of that is gone. */
export class Unsaved {
	readonly #hearing: Pick<Hearing, 'pause' | 'resume'>;
	readonly #mostBytes: number;
	readonly #messages = new Set<Received>();
	#bytes = 0;

	constructor(hearing: Pick<Hearing, 'pause' | 'resume'>, mostBytes: number) {
		this.#hearing = hearing;
		this.#mostBytes = mostBytes;
	}

	/** It came in and waits from now on. */
	add(message: Received): void {
		this.#messages.add(message);
		this.#bytes += weightOf(message);
		if (this.#bytes > this.#mostBytes) this.#hearing.pause('unsaved');
	}

	/** These wait no longer; those that never did change nothing. */
	remove(messages: readonly Received[]): void {
		for (const message of messages) if (this.#messages.delete(message)) this.#bytes -= weightOf(message);
		if (this.#bytes <= this.#mostBytes / 2) this.#hearing.resume('unsaved');
	}
}
