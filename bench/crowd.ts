/** People at one board, some of whom drag a note. */
import { setTimeout as delay } from 'node:timers/promises';
import { BoardSocket } from './board-socket.ts';
import { DeliveryMeter } from './delivery-meter.ts';
import { prepareDrag, type Drag } from './drag.ts';
import { makeOwner } from './people.ts';

const ARRIVAL_MS = 5_000;

type Size = Readonly<{ people: number; writers: number; editsPerWriter: number }>;
type Load = Readonly<{ editsPerSecond: number; seconds: number }>;
/** What a load came to: how many deliveries there should have been, and the latency of each that there was. */
export type Delivered = Readonly<{ wanted: number; latenciesMs: readonly number[] }>;

export type Crowd = Readonly<{
	/** Every writer sends at this rate; settles when everything has arrived, or 5 s after the last was sent. */
	drag: (load: Load) => Promise<Delivered>;
	leave: () => Promise<void>;
}>;

/** Brings them to a new board, each as a guest with a socket: every writer's note is there and saved. */
export async function gatherCrowd(url: string, { people, writers, editsPerWriter }: Size): Promise<Crowd> {
	const { newBoard } = await makeOwner(url);
	const { sync, letIn } = await newBoard();
	const drags = Array.from({ length: writers }, () => prepareDrag(editsPerWriter));
	const meter = new DeliveryMeter(drags);
	const pairs: (readonly [BoardSocket, Drag])[] = [];
	const all: BoardSocket[] = [];
	for (let i = 0; i < people; i++) {
		const socket = await BoardSocket.join(url, sync, await letIn(`Guest ${i}`));
		const drag = drags[i] ?? null;
		socket.onUpdate = meter.peer(drag);
		all.push(socket);
		if (!drag) continue;
		pairs.push([socket, drag]);
		socket.send(drag.note);
		await socket.saved();
	}

	async function send(socket: BoardSocket, drag: Drag, { editsPerSecond, seconds }: Load, offsetMs: number) {
		const count = editsPerSecond * seconds;
		const from = performance.now() + offsetMs;
		for (let i = 0; i < count; i++) {
			// By the clock and not from one to the next, so that late timers do not lower the rate.
			const waitMs = from + (i * 1000) / editsPerSecond - performance.now();
			if (waitMs > 0) await delay(waitMs);
			const message = meter.next(drag);
			if (!message) throw new Error('fewer edits were prepared than are to be sent');
			socket.send(message);
		}
	}

	return {
		async drag(load) {
			meter.reset();
			const gapMs = 1000 / load.editsPerSecond / writers;
			await Promise.all(pairs.map(([socket, drag], i) => send(socket, drag, load, i * gapMs)));
			const wanted = load.editsPerSecond * load.seconds * writers * (people - 1);
			await meter.counted(wanted, ARRIVAL_MS);
			return { wanted, latenciesMs: meter.latenciesMs };
		},
		async leave() {
			await Promise.all(all.map((socket) => socket.close()));
		}
	};
}
