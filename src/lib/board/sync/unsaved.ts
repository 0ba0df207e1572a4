import { allWritten, type Stretch, type Written } from '../../../domain/board/unsent.ts';

/**
 * Changes that wait or travel together: the things they touch, which of them they make, so many more of unknown things, and
 * what the document has of them.
 */
export type Load = Written &
	Readonly<{
		things: ReadonlySet<string>;
		made: ReadonlySet<string>;
		more: number;
	}>;

/**
 * What one tab says of its changes that are only here: how many, of which things, as far as it knows them, and from which
 * clock on each clientID wrote them, and which letters were taken out. Pages of before left the last two out.
 */
export type Unsent = Readonly<{
	n: number;
	title: string;
	things: readonly string[];
	made: readonly string[];
	since?: readonly (readonly [client: number, clock: number])[];
	taken?: readonly Stretch[];
}>;

const NOTHING: Load = { things: new Set(), made: new Set(), more: 0, since: new Map(), taken: [] };

/** How many changes that are in anyone's eyes. */
export const countOf = ({ things, more }: Load): number => things.size + more;

/** The things that were changed, when all of them are known. */
export const knownThings = (load: Load): readonly string[] | undefined =>
	load.things.size > 0 && load.more === 0 ? [...load.things] : undefined;

export const together = (loads: readonly Load[]): Load => ({
	things: new Set(loads.flatMap(({ things }) => [...things])),
	made: new Set(loads.flatMap(({ made }) => [...made])),
	more: loads.reduce((sum, { more }) => sum + more, 0),
	...allWritten(loads)
});

/**
 * Counts the changes of this browser that the server has not yet called durable. The server counts messages ("saved 7"), a
 * person counts things on the board: a note with thirty new letters is one change. This ledger holds which message carries
 * what, over any number of sockets.
 */
export class Unsaved {
	/** Changes that no message of the present socket carries yet. */
	#waiting = NOTHING;
	/** Messages of the present socket, in order, that are not dealt with. */
	#underway: Readonly<{ message: number; load: Load }>[] = [];
	#sent = 0;

	/** Changes not yet durable. */
	get count(): number {
		return countOf(this.load);
	}

	/** All that is not yet durable. */
	get load(): Load {
		return together([this.#waiting, ...this.#underway.map(({ load }) => load)]);
	}

	/** All that, as it is written down beside the copy. */
	line(title: string): Unsent {
		const { things, made, since, taken } = this.load;
		return { n: this.count, title, things: [...things], made: [...made], since: [...since], taken };
	}

	/** Whether a message is on its way whose answer is still due. */
	get underway(): boolean {
		return this.#underway.length > 0;
	}

	/** These were changed here. Call it before the message that carries it is sent. */
	changed(things: Iterable<string>): void {
		this.#waiting = together([this.#waiting, { ...NOTHING, things: new Set(things) }]);
	}

	/** These were made here. That alone is no change in anyone's eyes: they are hidden until something else is done. */
	made(things: ReadonlySet<string>): void {
		if (things.size > 0) this.#waiting = together([this.#waiting, { ...NOTHING, made: things }]);
	}

	/** This was written into the document here, in whoever's eyes it is a change. Call it before the message is sent. */
	wrote(written: Written): void {
		this.#waiting = together([this.#waiting, { ...NOTHING, ...written }]);
	}

	/** Changes of an earlier visit that are only here. */
	inherited(load: Load): void {
		this.#waiting = together([this.#waiting, load]);
	}

	/**
	 * Work left on the present socket. It carries all that was waiting; in several messages, nothing of it is durable before
	 * the last one is.
	 */
	sent(messages = 1): void {
		this.#sent += messages;
		this.#underway.push({ message: this.#sent, load: this.#waiting });
		this.#waiting = NOTHING;
	}

	/** The server has dealt with the first `count` messages of this socket. */
	saved(count: number): void {
		this.#underway = this.#underway.filter(({ message }) => message > count);
	}

	/** The socket is gone: what it had not acknowledged waits for the step 2 of the next one. */
	lost(): void {
		this.#waiting = this.load;
		this.#underway = [];
		this.#sent = 0;
	}
}
