/** What a log has answered for of one document, and whether what clients have, or take for saved, is in it. */
import * as Y from 'yjs';
import type { DocumentStore } from '#server/ports/document-store';

export const deletedIn = (doc: Y.Doc) => Y.createDeleteSetFromStructStore(doc.store);

export class LogClaims {
	/** The store, watched: what it answers for counts from the moment of its answer. */
	readonly store: DocumentStore;
	/** The document as far as the log has answered for it. */
	readonly doc = new Y.Doc();
	readonly #name: string;
	/** How often somebody took everything for saved. */
	claims = 0;
	/** What was not so, in words. */
	readonly lies: string[] = [];

	constructor(store: DocumentStore, name: string) {
		this.#name = name;
		this.store = {
			...store,
			append: async (rows) => {
				const results = await store.append(rows);
				for (const [i, row] of rows.entries()) {
					if (row.doc === name && results[i] && 'seq' in results[i]) Y.applyUpdate(this.doc, row.update);
				}
				return results;
			}
		};
	}

	/** This replica says that everything in it is saved. */
	allSaved(by: string, doc: Y.Doc): void {
		this.claims++;
		const [clocks, deleted] = [Y.decodeStateVector(Y.encodeStateVector(doc)), deletedIn(this.doc)];
		this.#lookFor(`${by} takes for saved`, clocks);
		for (const [client, ranges] of deletedIn(doc).clients) {
			for (const { clock, len } of ranges) {
				for (let at = clock; at < clock + len; at++) {
					if (Y.isDeleted(deleted, Y.createID(client, at))) continue;
					this.lies.push(`${by} takes the deletion of ${at} of ${client} for saved`);
				}
			}
		}
	}

	/** This reached somebody through a server. */
	seen(by: string, update: Uint8Array): void {
		this.#lookFor(`${by} saw`, Y.parseUpdateMeta(update).to);
	}

	/** The document as the store itself gives it. */
	async stored(): Promise<Y.Doc> {
		const doc = new Y.Doc();
		const rows = await this.store.since(this.#name, 0);
		if (rows.some(({ seq }, at) => seq !== at + 1)) throw new Error('the log has a gap');
		for (const { update } of rows) Y.applyUpdate(doc, update);
		return doc;
	}

	#lookFor(what: string, clocks: ReadonlyMap<number, number>): void {
		for (const [client, clock] of clocks) {
			const held = Y.getState(this.doc.store, client);
			if (held < clock) this.lies.push(`${what} ${client} up to ${clock}, the log has it up to ${held}`);
		}
	}
}
