/**
 * Counts deliveries. A delivery is one edit of one writer that reached one other client. Where the server sends several
 * edits as one, the message counts for all of them, each with the time since it was sent: gathering is paid for in
 * latency, and not hidden.
 */
import { Buffer } from 'node:buffer';
import { progressIn, type Drag } from './drag.ts';

type Sending = { readonly drag: Drag; readonly sentAtMs: number[] };

export class DeliveryMeter {
	/** Milliseconds from sending to arrival, one for each delivery since the last {@link reset}. */
	latenciesMs: number[] = [];
	readonly #sendings = new Map<number, Sending>();
	/** Peers mostly get the same bytes: each message is read once. */
	readonly #read = new Map<string, ReadonlyMap<number, number>>();
	#whenCounted: (() => void) | null = null;

	constructor(drags: readonly Drag[]) {
		for (const drag of drags) this.#sendings.set(drag.client, { drag, sentAtMs: [] });
	}

	/** Starts to count anew. */
	reset(): void {
		this.latenciesMs = [];
		this.#read.clear();
	}

	/** The next edit of this drag leaves now; answers its message, or undefined when all have left. */
	next({ client }: Drag): Uint8Array | undefined {
		const sending = this.#sendings.get(client);
		const message = sending?.drag.edits[sending.sentAtMs.length];
		if (message) sending?.sentAtMs.push(performance.now());
		return message;
	}

	/** What is to be called with each update that a peer hears; `own` is the drag that the peer itself sends. */
	peer(own: Drag | null): (update: Uint8Array) => void {
		const counted = new Map<number, number>();
		return (update) => {
			const now = performance.now();
			for (const [client, end] of this.#progress(update)) {
				const sending = client === own?.client ? undefined : this.#sendings.get(client);
				if (!sending) continue;
				const upTo = end - sending.drag.firstClock;
				const from = counted.get(client) ?? 0;
				for (const sentAtMs of sending.sentAtMs.slice(from, upTo)) this.latenciesMs.push(now - sentAtMs);
				counted.set(client, Math.max(from, upTo));
			}
			this.#whenCounted?.();
		};
	}

	/** Settles when so many deliveries are counted, or at the latest after this time. */
	async counted(wanted: number, withinMs: number): Promise<void> {
		await new Promise<void>((settled) => {
			const timer = setTimeout(settled, withinMs);
			this.#whenCounted = () => {
				if (this.latenciesMs.length < wanted) return;
				clearTimeout(timer);
				settled();
			};
			this.#whenCounted();
		});
		this.#whenCounted = null;
	}

	#progress(update: Uint8Array): ReadonlyMap<number, number> {
		const key = Buffer.from(update.buffer, update.byteOffset, update.byteLength).toString('latin1');
		let progress = this.#read.get(key);
		if (!progress) this.#read.set(key, (progress = progressIn(update)));
		return progress;
	}
}
