import type { Limits } from './limits.ts';
import type { Room } from './room.ts';

/** A room, and when what is to be known of its document is known. */
type Opening = Readonly<{ room: Room; opened: Promise<void> }>;

/** The rooms of this node: opened by who comes first, kept warm for a while when everybody has left. */
export class OpenRooms {
	readonly #limits: Pick<Limits, 'warmRooms' | 'warmMs'>;
	readonly #make: (doc: string, onEnd: (room: Room) => void) => Room;
	readonly #rooms = new Map<string, Opening>();

	constructor(limits: Pick<Limits, 'warmRooms' | 'warmMs'>, make: (doc: string, onEnd: (room: Room) => void) => Room) {
		this.#limits = limits;
		this.#make = make;
	}

	/** The room of a document, opened if it is not. */
	open(doc: string): Opening {
		const known = this.#rooms.get(doc);
		if (known) return known;
		const room = this.#make(doc, (ended) => {
			if (this.get(doc) === ended) this.#rooms.delete(doc);
		});
		const opening = { room, opened: room.open() };
		this.#rooms.set(doc, opening);
		return opening;
	}

	get(doc: string): Room | undefined {
		return this.#rooms.get(doc)?.room;
	}

	get all(): readonly Room[] {
		return Array.from(this.#rooms.values(), ({ room }) => room);
	}

	get size(): number {
		return this.#rooms.size;
	}

	/** Lets rooms go that nobody has been in for a while, the longest empty first when there are many. */
	coolDown(now: number): void {
		const empty = this.all.filter((room) => room.idle);
		empty.sort((one, other) => one.emptySince - other.emptySince);
		for (const [index, room] of empty.entries()) {
			const many = empty.length - index > this.#limits.warmRooms;
			if (!many && now - room.emptySince < this.#limits.warmMs) break;
			this.#rooms.delete(room.id);
			room.close();
		}
	}

	close(): void {
		for (const room of this.all) room.close();
		this.#rooms.clear();
	}
}
