import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Person } from '#domain/wire/control';
import BoardCall from './BoardCall.svelte';
import { Call } from './call.svelte';
import type { MediaEvent, MediaRoom, Member } from './media-room';

const bo: Person = { id: 'bo', name: 'Bo', colour: 2, role: 'editor', guest: false };
const ada = { id: 'ada', name: 'Ada', colour: 1 };

/** Bo at the board in the call, as the awareness of one's own tab knows it, and what was taken up and let go for him. */
class Table {
	readonly counts = { pictures: 0, voices: 0, places: 0, released: 0 };
	readonly #listeners = new Set<() => void>();
	readonly #states = new Map<number, Record<string, unknown>>([[7, { call: 'bo:1' }]]);
	readonly people = { here: new Map([[7, bo]]) };
	readonly awareness = {
		clientID: 1,
		getStates: () => this.#states,
		setLocalStateField: () => {},
		on: (_: 'change', listener: () => void) => void this.#listeners.add(listener),
		off: (_: 'change', listener: () => void) => void this.#listeners.delete(listener)
	};
	readonly engine = { faces: { attach: () => this.#taken('places') } };
	readonly #picture = { show: () => this.#taken('pictures') };
	readonly #sound = {} as MediaStreamTrack;
	tell: (event: MediaEvent) => void = () => {};

	/** Everything that LiveKit answers is made anew at each look; only the tracks are the same. */
	get members(): Member[] {
		return [{ identity: 'bo:1', name: 'Bo', joinedAt: 0, picture: this.#picture, sound: this.#sound }];
	}

	moveCursor(x: number): void {
		this.#states.set(7, { ...this.#states.get(7), cursor: { x, y: x } });
		for (const listener of this.#listeners) listener();
	}

	leave(): void {
		this.#states.set(7, { call: null });
		for (const listener of this.#listeners) listener();
	}

	#taken(what: 'pictures' | 'places'): () => void {
		this.counts[what]++;
		return () => void this.counts.released++;
	}

	call(): Call {
		return new Call({
			ask: async () => ({ is: 'ticket', url: 'ws://x/livekit', token: 't', identity: 'ada:1' }),
			load: async () => (tell) => {
				this.tell = tell;
				return new OneRoom(() => this.members);
			},
			wishes: { load: () => ({ mic: false, camera: false }), save: () => {} },
			mayPublish: true
		});
	}
}

/** A room in which nothing happens but what the test tells. */
class OneRoom implements MediaRoom {
	readonly self = null;
	readonly soundBlocked = false;
	readonly #members: () => Member[];
	constructor(members: () => Member[]) {
		this.#members = members;
	}
	get members(): Member[] {
		return this.#members();
	}
	async connect(): Promise<void> {}
	async leave(): Promise<void> {}
	async set(): Promise<'off'> {
		return 'off';
	}
	subscribe(): void {}
	async startSound(): Promise<void> {}
}

let table: Table;
let shown: ReturnType<typeof mount>;
let call: Call;

beforeEach(() => {
	table = new Table();
	const { counts } = table;
	vi.stubGlobal('MediaStream', EventTarget);
	vi.stubGlobal(
		'AudioContext',
		class {
			readonly state = 'running';
			createMediaStreamSource() {
				counts.voices++;
				return { connect() {}, disconnect: () => void counts.released++ };
			}
			createAnalyser() {
				return { fftSize: 0, getFloatTimeDomainData() {} };
			}
			async close() {}
		}
	);
	call = table.call();
	const { people, awareness, engine } = table;
	shown = mount(BoardCall, {
		target: document.body,
		props: { call, me: ada, mayPublish: true, people, awareness, engine }
	});
	flushSync();
});

afterEach(async () => {
	await unmount(shown);
	vi.unstubAllGlobals();
});

test('a face goes on playing while its cursor moves and while others come, go and mute', async () => {
	await call.join();
	flushSync();
	const before = { ...table.counts };
	expect(before.places).toBe(1);
	expect(before.pictures).toBeGreaterThan(0);
	for (let x = 0; x < 15; x++) {
		table.moveCursor(x);
		flushSync();
		table.tell({ is: 'changed' });
		flushSync();
	}
	expect(table.counts).toEqual(before);
});

test('who is not in the call sees who is, at the join control and in the strip', () => {
	const strip = () => [...document.querySelectorAll('.strip li')].map((tile) => tile.getAttribute('aria-label'));
	expect(document.querySelector('[role="status"]')?.textContent).toContain('Bo is in the call.');
	expect(strip()).toEqual(['Bo, in the call', 'Ada (you), not in the call']);
	table.leave();
	flushSync();
	expect(document.querySelector('[role="status"]')?.textContent).not.toContain('in the call');
	expect(strip()[0]).toBe('Bo, not in the call');
});
