import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { LivePhase } from '#domain/wire/live';
import { personSchema, type Person } from '#domain/wire/control';
import type { AwarenessEntry } from './outbound.ts';
import type { Owned } from './owners.ts';

/**
 * What nodes tell each other about one document, on the topic `doc:<id>`. Everything can be lost: a committed row is found
 * again by its number, and who is here is told in full with every beat.
 */
export type BusMessage =
	/** A committed row. */
	| Readonly<{ is: 'row'; node: string; epoch: number; seq: number; update: Uint8Array }>
	/** Who is here through this node: all of them (`full`), or what changed. `seq` is the newest row it has seen. */
	| Readonly<{
			is: 'presence';
			node: string;
			full: boolean;
			seq: number;
			here: readonly Present[];
			gone: readonly number[];
			/** Whose clientIDs are; full only as the answer to `ask`. */
			owned: readonly Owned[];
	  }>
	/** A gesture message, ready for clients. */
	| Readonly<{ is: 'live'; node: string; client: number; gesture: number; phase: LivePhase; message: Uint8Array }>
	/** A node that just opened the document wants to know who is here. */
	| Readonly<{ is: 'ask'; node: string }>
	/** The document has been renewed. */
	| Readonly<{ is: 'epoch'; node: string; epoch: number }>;

/** A clientID with its awareness; the person where the other nodes may not know it yet. */
export type Present = AwarenessEntry & Readonly<{ person: Person | null }>;

export function docTopic(doc: string): string {
	return `doc:${doc}`;
}

const TYPE = { row: 0, presence: 1, live: 2, ask: 3, epoch: 4 } as const;

export function encodeBusMessage(message: BusMessage): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, TYPE[message.is]);
	encoding.writeVarString(encoder, message.node);
	switch (message.is) {
		case 'row':
			encoding.writeVarUint(encoder, message.epoch);
			encoding.writeVarUint(encoder, message.seq);
			encoding.writeVarUint8Array(encoder, message.update);
			break;
		case 'presence':
			encoding.writeVarString(
				encoder,
				JSON.stringify({
					full: message.full,
					seq: message.seq,
					here: message.here,
					gone: message.gone,
					owned: message.owned
				})
			);
			break;
		case 'live':
			encoding.writeVarUint(encoder, message.client);
			encoding.writeVarUint(encoder, message.gesture);
			encoding.writeVarUint(encoder, message.phase);
			encoding.writeVarUint8Array(encoder, message.message);
			break;
		case 'ask':
			break;
		case 'epoch':
			encoding.writeVarUint(encoder, message.epoch);
			break;
	}
	return encoding.toUint8Array(encoder);
}

/** Whose message it is, without reading the rest: a node hears its own messages too. */
export function senderOf(bytes: Uint8Array): string {
	const decoder = decoding.createDecoder(bytes);
	decoding.readVarUint(decoder);
	return decoding.readVarString(decoder);
}

/** Null for a type that this version does not know. */
export function readBusMessage(bytes: Uint8Array): BusMessage | null {
	const decoder = decoding.createDecoder(bytes);
	const type = decoding.readVarUint(decoder);
	const node = decoding.readVarString(decoder);
	switch (type) {
		case TYPE.row:
			return {
				is: 'row',
				node,
				epoch: decoding.readVarUint(decoder),
				seq: decoding.readVarUint(decoder),
				update: decoding.readVarUint8Array(decoder).slice()
			};
		case TYPE.presence: {
			// A node of an older version says nothing of owners.
			const {
				full,
				seq,
				here,
				gone,
				owned = []
			} = JSON.parse(decoding.readVarString(decoder)) as Omit<Extract<BusMessage, { is: 'presence' }>, 'is' | 'node'>;
			for (const { person } of here) if (person !== null) personSchema.parse(person);
			return { is: 'presence', node, full, seq, here, gone, owned };
		}
		case TYPE.live:
			return {
				is: 'live',
				node,
				client: decoding.readVarUint(decoder),
				gesture: decoding.readVarUint(decoder),
				phase: decoding.readVarUint(decoder) as LivePhase,
				message: decoding.readVarUint8Array(decoder).slice()
			};
		case TYPE.ask:
			return { is: 'ask', node };
		case TYPE.epoch:
			return { is: 'epoch', node, epoch: decoding.readVarUint(decoder) };
		default:
			return null;
	}
}
