/** Twenty people who move about ten boards of a started product for as long as it is told, and what that does to it. */
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { moveElements } from '#domain/board/commands';
import { roots } from '#domain/board/document';
import { createUndo, type Undo } from '#domain/board/undo';
import { LIVE } from '#domain/wire/live';
import { Connection } from '../../src/lib/board/sync/connection.ts';
import { makeOwner } from '../../bench/people.ts';
import { doSomething } from './board-deeds.ts';

// Every provider of y-websocket listens for the end of the process.
process.setMaxListeners(200);

const PEOPLE = 20;
const BOARDS = 10;
const CURSOR_MS = 50;
const MOST_ELEMENTS = 60;

/** A person has a cookie at each of the boards they walk between. */
type Place = Readonly<{ doc: string; cookie: string }>;

/** One person: at one board at a time, moving, dragging and writing there. */
class Mover {
	/** Cursors and gestures of others that were heard, over all boards. */
	heard = 0;
	walks = 0;
	readonly #base: string;
	readonly #places: readonly Place[];
	readonly #chance: () => number;
	#line: Connection;
	#undo: Undo;
	#doc: string;
	#gesture = 0;
	#ticks = 0;
	/** Ticks left of a drag, what is dragged, and how far it is. */
	#drag: { left: number; ids: readonly string[]; at: readonly [number, number] } | null = null;

	constructor(base: string, places: readonly Place[], chance: () => number) {
		this.#base = base;
		this.#places = places;
		this.#chance = chance;
		[this.#line, this.#undo, this.#doc] = this.#enter();
	}

	/** Where they are, and the line there. */
	get at(): Readonly<{ doc: string; line: Connection }> {
		return { doc: this.#doc, line: this.#line };
	}

	/** What a twentieth of a second holds: the pointer always, the rest now and then. `restless`: how often they change boards. */
	tick(restless: number): void {
		const p = [Math.sin(this.#ticks / 20) * 900, Math.cos(this.#ticks++ / 30) * 700] as const;
		this.#line.awareness.setLocalState({ p, v: [0, 0, 1_600, 900], sel: this.#drag?.ids ?? [], edit: null });
		if (this.#line.state.is !== 'saved' && this.#line.state.is !== 'saving') return;
		if (this.#drag) return this.#dragOn(this.#drag);
		const roll = this.#chance();
		if (roll < 0.05) doSomething({ doc: this.#line.doc, undo: this.#undo, name: 'mover' }, this.#chance, MOST_ELEMENTS);
		else if (roll < 0.07) this.#take();
		else if (roll < 0.07 + restless && this.#line.state.is === 'saved') void this.#walk();
	}

	async leave(): Promise<void> {
		this.#undo.destroy();
		await this.#line.destroy();
	}

	#take(): void {
		const all = [...roots(this.#line.doc).els.keys()];
		const ids = all.slice(Math.floor(this.#chance() * all.length)).slice(0, 3);
		if (ids.length === 0) return;
		this.#drag = { left: 20, ids, at: [0, 0] };
		this.#line.sendLive({ gesture: ++this.#gesture, phase: LIVE.begin, payload: { do: 'move', ids } });
	}

	#dragOn({ left, ids, at: [x, y] }: { left: number; ids: readonly string[]; at: readonly [number, number] }): void {
		const gesture = this.#gesture;
		if (left > 0) {
			this.#drag = { left: left - 1, ids, at: [x + 4, y + 2] };
			return this.#line.sendLive({ gesture, phase: LIVE.delta, payload: [x + 4, y + 2] });
		}
		this.#drag = null;
		this.#line.sendLive({ gesture, phase: LIVE.end, payload: { kept: true } });
		moveElements(this.#line.doc, ids, x, y);
	}

	async #walk(): Promise<void> {
		const before = [this.#line, this.#undo] as const;
		[this.#line, this.#undo, this.#doc] = this.#enter();
		this.walks++;
		before[1].destroy();
		await before[0].destroy();
	}

	#enter(): [Connection, Undo, string] {
		const { doc, cookie } = this.#places[Math.floor(this.#chance() * this.#places.length)] ?? { doc: '', cookie: '' };
		const line = new Connection({ base: this.#base, doc, epoch: 1, person: null, socket: socketWith(cookie) });
		line.awareness.on('change', (_change: unknown, origin: unknown) => {
			if (origin !== 'local') this.heard++;
		});
		line.onLive(() => void this.heard++);
		return [line, createUndo(line.doc), doc];
	}
}

function socketWith(cookie: string): typeof globalThis.WebSocket {
	class Line extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(url, protocols, { headers: { cookie } });
		}
	}
	return Line as unknown as typeof globalThis.WebSocket;
}

/** The people of a soak, on their feet from now on. */
export async function peopleOf(url: string, chance: () => number) {
	const owner = await makeOwner(url);
	const boards = await Promise.all(Array.from({ length: BOARDS }, () => owner.newBoard()));
	const base = `${url.replace('http', 'ws')}/sync`;
	const movers: Mover[] = [];
	for (let i = 0; i < PEOPLE; i++) {
		const places = [i, i + 3, i * 3].map((n) => boards[n % BOARDS]).flatMap((board) => board ?? []);
		const come = places.map(async (board) => ({ doc: board.id, cookie: await board.letIn(`Person ${i}`) }));
		movers.push(new Mover(base, await Promise.all(come), chance));
	}
	return {
		movers,
		owner,
		/** Has them all move for so long; every now and then `look` is called. */
		async move(forMs: number, { restless, everyMs, look }: Moving): Promise<void> {
			const endsAt = performance.now() + forMs;
			let lookAt = performance.now() + everyMs;
			while (performance.now() < endsAt) {
				const tickAt = performance.now() + CURSOR_MS;
				for (const mover of movers) mover.tick(restless);
				if (performance.now() >= lookAt) {
					lookAt += everyMs;
					void look();
				}
				await new Promise((resolve) => setTimeout(resolve, Math.max(0, tickAt - performance.now())));
			}
		},
		/** A board as the product gives it to somebody who was never there. */
		async load(doc: string): Promise<Y.Doc> {
			const line = new Connection({ base, doc, epoch: 1, person: null, socket: socketWith(owner.cookie) });
			await new Promise<void>((loaded) => line.onState(({ is }) => is === 'saved' && loaded()));
			const copy = new Y.Doc();
			Y.applyUpdate(copy, line.copy);
			await line.destroy();
			return copy;
		}
	};
}

type Moving = Readonly<{ restless: number; everyMs: number; look: () => Promise<void> }>;
