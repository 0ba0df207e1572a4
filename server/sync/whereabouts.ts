import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import type { Person } from '#domain/wire/control';
import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { Limits } from './limits.ts';

/** Bus topic on which each node says who is at which board through it. */
const TOPIC = 'whereabouts';

/** No more than the floor shows. */
export type Visitor = Readonly<Pick<Person, 'id' | 'name'>>;

/** Who is at these boards through one node; boards it does not name are as before, unless it names all (`full`). */
const toldSchema = z.object({
	full: z.boolean(),
	boards: z.array(z.tuple([z.string(), z.array(z.object({ id: z.string(), name: z.string() }))]))
});

type Told = { at: number; boards: ReadonlyMap<string, readonly Visitor[]> };

/** Who is at which board, over all nodes: what the floor shows. A node that stopped telling is forgotten. */
export class Whereabouts {
	readonly #node: string;
	readonly #bus: Pick<Bus, 'publish' | 'subscribe'>;
	readonly #limits: Limits;
	readonly #log: Log;
	readonly #here = new Map<string, Map<object, Visitor>>();
	readonly #nodes = new Map<string, Told>();
	/** Boards at which somebody came or went since the others were told. */
	readonly #changed = new Set<string>();
	#unsubscribe: (() => void) | null = null;
	#timer: NodeJS.Timeout | null = null;

	constructor(node: string, bus: Pick<Bus, 'publish' | 'subscribe'>, limits: Limits, log: Log) {
		this.#log = log;
		this.#node = node;
		this.#bus = bus;
		this.#limits = limits;
	}

	async open(): Promise<void> {
		this.#unsubscribe = await this.#bus.subscribe(TOPIC, (bytes) => {
			try {
				this.#hear(bytes);
			} catch (error) {
				this.#log.error({ err: error }, 'what another node said of its people could not be read');
			}
		});
		this.#tell(true);
	}

	enter(board: string, socket: object, { id, name }: Visitor): void {
		const sockets = this.#here.get(board) ?? new Map<object, Visitor>();
		sockets.set(socket, { id, name });
		this.#here.set(board, sockets);
		this.#tellSoon(board);
	}

	leave(board: string, socket: object): void {
		const sockets = this.#here.get(board);
		if (!sockets?.delete(socket)) return;
		if (sockets.size === 0) this.#here.delete(board);
		this.#tellSoon(board);
	}

	/** Everyone at the board, each person once. */
	at(board: string): readonly Visitor[] {
		const people = new Map<string, Visitor>();
		for (const person of this.#hereAt(board)) people.set(person.id, person);
		for (const { boards } of this.#nodes.values()) {
			for (const person of boards.get(board) ?? []) people.set(person.id, person);
		}
		return [...people.values()];
	}

	/** Tells the other nodes again, and forgets those that fell silent. */
	beat(): void {
		this.#tell(true);
		const now = performance.now();
		for (const [node, told] of this.#nodes) {
			if (now - told.at >= this.#limits.nodeSilentMs) this.#nodes.delete(node);
		}
	}

	close(): void {
		this.#here.clear();
		this.#tell(true);
		this.#unsubscribe?.();
	}

	/** A crowd that comes is told of together. The timer is an edge: the next beat makes up for what fails. */
	#tellSoon(board: string): void {
		this.#changed.add(board);
		this.#timer ??= setTimeout(() => {
			try {
				this.#tell(false);
			} catch (error) {
				this.#log.error({ err: error }, 'the other nodes could not be told who came or left');
			}
		}, this.#limits.whereaboutsMs).unref();
	}

	#tell(full: boolean): void {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		const boards = [...(full ? this.#here.keys() : this.#changed)].map(
			(board) => [board, this.#hereAt(board)] as const
		);
		this.#changed.clear();
		const encoder = encoding.createEncoder();
		encoding.writeVarString(encoder, this.#node);
		encoding.writeVarString(encoder, JSON.stringify({ full, boards }));
		this.#bus.publish(TOPIC, encoding.toUint8Array(encoder));
	}

	#hereAt(board: string): readonly Visitor[] {
		const sockets = this.#here.get(board)?.values() ?? [];
		return [...new Map([...sockets].map((person) => [person.id, person])).values()];
	}

	#hear(bytes: Uint8Array): void {
		const decoder = decoding.createDecoder(bytes);
		const node = decoding.readVarString(decoder);
		if (node === this.#node) return;
		const { full, boards } = toldSchema.parse(JSON.parse(decoding.readVarString(decoder)));
		const known = full ? [] : (this.#nodes.get(node)?.boards ?? []);
		const told = new Map<string, readonly Visitor[]>(known);
		for (const [board, people] of boards) {
			if (people.length > 0) told.set(board, people);
			else told.delete(board);
		}
		this.#nodes.set(node, { at: performance.now(), boards: told });
	}
}
