import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

type Decoded = ReturnType<typeof Y.decodeUpdate>;
type Struct = Decoded['structs'][number];

/**
 * An update as several that say the same, each of about `bytes` at most. Taken in order, each builds only on what the
 * document has or on those before it, so that a server which refuses what hangs in the air takes every one. What cannot be
 * parted, one text of many megabytes, stays whole in a part of its own.
 */
export function partsOf(update: Uint8Array, bytes: number): readonly Uint8Array[] {
	if (update.length <= bytes) return [update];
	const { structs, ds } = Y.decodeUpdate(update);
	const parts: Struct[][] = [[]];
	let size = 0;
	for (const struct of inCausalOrder(structs)) {
		const length = encode([struct], null).length;
		if (size > 0 && size + length > bytes) {
			parts.push([]);
			size = 0;
		}
		parts.at(-1)?.push(struct);
		size += length;
	}
	// Deletions come last: by then all that they delete is there.
	return parts.map((part, i) => encode(part, i === parts.length - 1 ? ds : null));
}

/** Each client's structs in their own order, and each after those of other clients that it refers to. */
function inCausalOrder(structs: readonly Struct[]): readonly Struct[] {
	const queues = [...Map.groupBy(structs, ({ id }) => id.client)].map(([client, queue]) => ({ client, queue, at: 0 }));
	const byClient = new Map(queues.map((one) => [one.client, one]));
	const waits = (struct: Struct): boolean =>
		referencesOf(struct).some(({ client, clock }) => {
			if (client === struct.id.client) return false;
			const other = byClient.get(client);
			const next = other?.queue[other.at];
			return next !== undefined && next.id.clock <= clock;
		});
	const ordered: Struct[] = [];
	for (let before = -1; before < ordered.length;) {
		before = ordered.length;
		for (const one of queues) {
			for (let next = one.queue[one.at]; next && !waits(next); next = one.queue[one.at]) {
				ordered.push(next);
				one.at++;
			}
		}
	}
	// What waits for itself in a circle no client of ours writes; the server is the one to say so.
	return [...ordered, ...queues.flatMap(({ queue, at }) => queue.slice(at))];
}

function referencesOf(struct: Struct): readonly Y.ID[] {
	if (!(struct instanceof Y.Item)) return [];
	return [struct.origin, struct.rightOrigin, struct.parent].filter((one): one is Y.ID => one instanceof Y.ID);
}

/** An update in Yjs's first encoding. */
function encode(structs: readonly Struct[], deleted: Decoded['ds'] | null): Uint8Array {
	const encoder = new Y.UpdateEncoderV1();
	const rest = encoder.restEncoder;
	const byClient = Map.groupBy(structs, ({ id }) => id.client);
	encoding.writeVarUint(rest, byClient.size);
	for (const [client, own] of byClient) {
		encoding.writeVarUint(rest, own.length);
		encoding.writeVarUint(rest, client);
		encoding.writeVarUint(rest, own[0]?.id.clock ?? 0);
		for (const struct of own) struct.write(encoder, 0);
	}
	encoding.writeVarUint(rest, deleted?.clients.size ?? 0);
	for (const [client, ranges] of deleted?.clients ?? []) {
		encoding.writeVarUint(rest, client);
		encoding.writeVarUint(rest, ranges.length);
		for (const { clock, len } of ranges) {
			encoding.writeVarUint(rest, clock);
			encoding.writeVarUint(rest, len);
		}
	}
	return encoder.toUint8Array();
}
