import { z } from 'zod';
import type { Person } from '#domain/wire/control';
import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { Limits } from './limits.ts';

/** Bus topic on which each node says who is at which board through it. */
const TOPIC = 'whereabouts';

/** No more than the floor shows. */
export type Visitor = Readonly<Pick<Person, 'id' | 'name'>>;

const toldSchema = z.object({
	node: z.string(),
	boards: z.array(z.tuple([z.string(), z.array(z.object({ id: z.string(), name: z.string() }))]))
});

type Told = { at: number; boards: ReadonlyMap<string, readonly Visitor[]> };

/** Who is at which board, over all nodes: what the floor shows. A node that stopped telling is forgotten. */
export class Whereabouts {
	readonly #node: string;
	readonly #bus: Bus;
	readonly #limits: Limits;
	readonly #log: Log;
	readonly #here = new Map<string, Map<object, Visitor>>();
	readonly #nodes = new Map<string, Told>();
	#unsubscribe: (() => void) | null = null;
	#telling = false;

	constructor(node: string, bus: Bus, limits: Limits, log: Log) {
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
		this.#tell();
	}

	enter(board: string, socket: object, { id, name }: Visitor): void {
		const sockets = this.#here.get(board) ?? new Map<object, Visitor>();
		sockets.set(socket, { id, name });
		this.#here.set(board, sockets);
		this.#tellSoon();
	}

	leave(board: string, socket: object): void {
		const sockets = this.#here.get(board);
		if (!sockets?.delete(socket)) return;
		if (sockets.size === 0) this.#here.delete(board);
		this.#tellSoon();
	}

	/** Everyone at the board, each person once. */
	at(board: string): readonly Visitor[] {
		const people = new Map<string, Visitor>();
		for (const person of this.#here.get(board)?.values() ?? []) people.set(person.id, person);
		for (const { boards } of this.#nodes.values()) {
			for (const person of boards.get(board) ?? []) people.set(person.id, person);
		}
		return [...people.values()];
	}

	/** Tells the other nodes again, and forgets those that fell silent. */
	beat(): void {
		this.#tell();
		const now = performance.now();
		for (const [node, told] of this.#nodes) {
			if (now - told.at >= this.#limits.nodeSilentMs) this.#nodes.delete(node);
		}
	}

	close(): void {
		this.#here.clear();
		this.#tell();
		this.#unsubscribe?.();
	}

	#tellSoon(): void {
		if (this.#telling) return;
		// Whoever comes or goes in the same turn is told together.
		this.#telling = true;
		setImmediate(() => {
			this.#telling = false;
			this.#tell();
		});
	}

	#tell(): void {
		const boards = [...this.#here].map(([board, sockets]) => {
			const people = new Map([...sockets.values()].map((person) => [person.id, person]));
			return [board, [...people.values()]] as const;
		});
		this.#bus.publish(TOPIC, new TextEncoder().encode(JSON.stringify({ node: this.#node, boards })));
	}

	#hear(bytes: Uint8Array): void {
		const said = toldSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
		if (said.node === this.#node) return;
		this.#nodes.set(said.node, { at: performance.now(), boards: new Map(said.boards) });
	}
}
