/** Work that the server does not have: taken out of a document whose line has ended, kept aside, and put into a later one. */
import * as Y from 'yjs';
import type { Aside, AsideWhy } from './copy-store.ts';
import type { Ending } from './ending.ts';
import type { LocalCopy } from './local-copy.ts';
import { knownThings, type Load } from './unsaved.ts';

/** The origin of what was set aside, or done in an older epoch, and comes back. */
export const PUT_IN = Object.freeze({ origin: 'put-in' });

export class Asides {
	readonly #doc: Y.Doc;
	readonly #copy: LocalCopy;
	readonly #ending: () => Ending | null;
	readonly #unsent: () => Load;

	constructor(doc: Y.Doc, copy: LocalCopy, ending: () => Ending | null, unsent: () => Load) {
		this.#doc = doc;
		this.#copy = copy;
		this.#ending = ending;
		this.#unsent = unsent;
	}

	/** What an earlier visit set aside and nobody has answered for; known once the document is loaded. */
	get waiting(): Aside | null {
		return this.#copy.aside();
	}

	/**
	 * After an end that the board outlives: empties the copy in this browser, so that the next line begins with what the
	 * server has. Work that the server does not have is set aside; answers all that is. Before an end it does nothing.
	 */
	async takeOut(): Promise<Aside | null> {
		const ending = this.#ending();
		if (!ending) return null;
		const why = whyAside(ending);
		const aside = await this.#copy.setAside(why);
		if (aside || !why) return aside;
		const things = knownThings(this.#unsent());
		return { copy: Y.encodeStateAsUpdate(this.#doc), n: ending.n, things, why, kept: false };
	}

	/** Puts what was set aside into the document, as a change by hand: it is of the same lineage. */
	async putIn({ copy }: Aside): Promise<void> {
		Y.applyUpdate(this.#doc, copy, PUT_IN);
		await this.drop();
	}

	/** What was set aside is answered for: it goes from this browser. */
	drop(): Promise<void> {
		return this.#copy.dropAside();
	}
}

/** Why work is set aside after such an end; null when none is. */
function whyAside({ why, n }: Ending): AsideWhy | null {
	switch (why) {
		case 'refused':
		case 'too-large':
		case 'full':
			// What was refused may have come from an earlier visit, by way of the copy: it counts uncounted too.
			return why;
		case 'role':
			return n > 0 ? why : null;
		case 'signed-out':
		case 'unknown':
		case 'too-old':
		case 'malformed':
		case 'renewed':
			return null;
	}
}
