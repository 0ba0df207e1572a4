import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** How many answers are kept until the document changes: after a restart all come with the same state. */
const KEPT = 4;

/**
 * Answers what documents with these state vectors lack of this one. What is alike in all answers is made once for each state
 * of the document: which elements are deleted is part of every answer, and to find out means to look at all there is.
 */
export class Answers {
	readonly #doc: Y.Doc;
	readonly #kept = new Map<string, Uint8Array>();
	#deletions: Uint8Array | null = null;

	constructor(doc: Y.Doc) {
		this.#doc = doc;
	}

	/** As `Y.encodeStateAsUpdate` answers, byte for byte. The document must wait for nothing. */
	to(stateVector: Uint8Array): Uint8Array {
		const known = this.#shared(stateVector);
		const key = [...known].join();
		const answer = this.#kept.get(key) ?? this.#make(known);
		// The one that was asked for longest ago makes way.
		this.#kept.delete(key);
		this.#kept.set(key, answer);
		for (const [oldest] of this.#kept) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
		return answer;
	}

	/** The document has changed, or nobody is there to ask again. */
	forget(): void {
		this.#kept.clear();
		this.#deletions = null;
	}

	/** The part of a state vector that is known here: what it says beyond that makes no difference to the answer. */
	#shared(stateVector: Uint8Array): ReadonlyMap<number, number> {
		const shared = new Map<number, number>();
		for (const [client, clock] of Y.decodeStateVector(stateVector)) {
			const known = Math.min(clock, Y.getState(this.#doc.store, client));
			if (known > 0) shared.set(client, known);
		}
		return shared;
	}

	/** As yjs 13.6 does in `writeStateAsUpdate`. */
	#make(known: ReadonlyMap<number, number>): Uint8Array {
		const { store } = this.#doc;
		const lacking = [...store.clients.keys()]
			.map((client) => ({ client, clock: known.get(client) ?? 0 }))
			.filter(({ client, clock }) => Y.getState(store, client) > clock)
			.sort((one, other) => other.client - one.client);
		const encoder = new Y.UpdateEncoderV1();
		encoding.writeVarUint(encoder.restEncoder, lacking.length);
		for (const { client, clock } of lacking) {
			const structs = store.clients.get(client) ?? [];
			const first = Y.findIndexSS(structs, clock);
			encoding.writeVarUint(encoder.restEncoder, structs.length - first);
			encoder.writeClient(client);
			encoding.writeVarUint(encoder.restEncoder, clock);
			for (let i = first; i < structs.length; i++) {
				const struct = structs[i] as Y.Item | Y.GC;
				struct.write(encoder, i === first ? clock - struct.id.clock : 0);
			}
		}
		encoding.writeUint8Array(encoder.restEncoder, this.#deleted());
		return encoder.toUint8Array();
	}

	/** What is deleted, encoded: all that is in the answer for who lacks nothing, after the number of structs, which is 0. */
	#deleted(): Uint8Array {
		return (this.#deletions ??= Y.encodeStateAsUpdate(this.#doc, Y.encodeStateVector(this.#doc)).subarray(1));
	}
}
