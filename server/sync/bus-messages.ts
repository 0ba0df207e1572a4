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
	/** Rows of one commit. */
	| Readonly<{ is: 'rows'; node: string; epoch: number; rows: readonly Row[] }>
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

/** A committed row. */
export type Row = Readonly<{ seq: number; update: Uint8Array }>;

/** A clientID with its awareness; the person where the other nodes may not know it yet. */
export type Present = AwarenessEntry & Readonly<{ person: Person | null }>;

export function docTopic(doc: string): string {
	return `doc:${doc}`;
}

const TYPE = { rows: 0, presence: 1, live: 2, ask: 3, epoch: 4 } as const;

export function encodeBusMessage(message: BusMessage): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, TYPE[message.is]);
	encoding.writeVarString(encoder, message.node);
	switch (message.is) {
		case 'rows':
			encoding.writeVarUint(encoder, message.epoch);
			encoding.writeVarUint(encoder, message.rows.length);
			for (const { seq, update } of message.rows) {
				encoding.writeVarUint(encoder, seq);
				encoding.writeVarUint8Array(encoder, update);
			}
			break;
		case 'presence':
			writePresence(encoder, message);
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
		case TYPE.rows:
			return {
				is: 'rows',
				node,
				epoch: decoding.readVarUint(decoder),
				rows: readList(decoder, () => ({
					seq: decoding.readVarUint(decoder),
					update: decoding.readVarUint8Array(decoder).slice()
				}))
			};
		case TYPE.presence:
			return { is: 'presence', node, ...readPresence(decoder) };
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

type Presence = Omit<Extract<BusMessage, { is: 'presence' }>, 'is' | 'node'>;

/** Many times a second: states go on as the clients wrote them, and a person only where they may be unknown. */
function writePresence(encoder: encoding.Encoder, { full, seq, here, gone, owned }: Presence): void {
	encoding.writeVarUint(encoder, full ? 1 : 0);
	encoding.writeVarUint(encoder, seq);
	encoding.writeVarUint(encoder, here.length);
	for (const { client, clock, state, person } of here) {
		encoding.writeVarUint(encoder, client);
		encoding.writeVarUint(encoder, clock);
		encoding.writeVarString(encoder, state);
		encoding.writeVarString(encoder, person === null ? '' : JSON.stringify(person));
	}
	encoding.writeVarUint(encoder, gone.length);
	for (const client of gone) encoding.writeVarUint(encoder, client);
	encoding.writeVarUint(encoder, owned.length);
	for (const { client, person, since } of owned) {
		encoding.writeVarUint(encoder, client);
		encoding.writeVarString(encoder, person);
		encoding.writeVarUint(encoder, since);
	}
}

function readPresence(decoder: decoding.Decoder): Presence {
	return {
		full: decoding.readVarUint(decoder) === 1,
		seq: decoding.readVarUint(decoder),
		here: readList(decoder, () => ({
			client: decoding.readVarUint(decoder),
			clock: decoding.readVarUint(decoder),
			state: decoding.readVarString(decoder),
			person: readPerson(decoding.readVarString(decoder))
		})),
		gone: readList(decoder, () => decoding.readVarUint(decoder)),
		owned: readList(decoder, () => ({
			client: decoding.readVarUint(decoder),
			person: decoding.readVarString(decoder),
			since: decoding.readVarUint(decoder)
		}))
	};
}

function readList<Item>(decoder: decoding.Decoder, read: () => Item): readonly Item[] {
	const items: Item[] = [];
	for (let left = decoding.readVarUint(decoder); left > 0; left--) items.push(read());
	return items;
}

function readPerson(json: string): Person | null {
	return json === '' ? null : personSchema.parse(JSON.parse(json));
}
