import type { Person } from '#domain/wire/control';

/** Who is at the board, by Yjs clientID, one entry a tab. Reading it in an effect follows changes. */
export interface PeopleAtBoard {
	readonly here: ReadonlyMap<number, Person>;
}

/** What the call uses of y-protocols' Awareness: it writes its own `call` field and reads the others'. */
export interface CallAwareness {
	readonly clientID: number;
	getStates(): ReadonlyMap<number, Readonly<Record<string, unknown>>>;
	setLocalStateField(field: string, value: unknown): void;
	on(event: 'change', listener: () => void): void;
	off(event: 'change', listener: () => void): void;
}

/** The board engine's place for faces: it keeps the node beside that client's cursor until the answer is called. */
export interface FaceLayer {
	readonly faces: { attach(client: number, node: HTMLElement): () => void };
}
