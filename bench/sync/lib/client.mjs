// A connection that speaks one of the drivers, and the meter that counts what arrives.
import { Ws, frame } from './ws.mjs';

export const families = {
	'y-websocket': () => import('./yjs.mjs'),
	hocuspocus: () => import('./yjs.mjs'),
	raw: () => import('./yjs.mjs'),
	'socket.io': () => import('./yjs.mjs'),
	tldraw: () => import('./tldraw.mjs')
};
export const loadDriver = async (protocol) => (await families[protocol]()).drivers[protocol];

const toFrame = (p) => (typeof p === 'string' ? frame(Buffer.from(p), 1) : frame(p));

/** Wire frames for one content item, ready to be sent (encode before the clock runs). */
export const encode = (driver, room, item) => Buffer.concat(driver.wrap(room, item).map(toFrame));

export class Conn {
	keep = null; // set to [] to record every message with its arrival time
	meter = null; // {received(conn, payload, isText, now)}
	closed = false;

	/** Resolves when the server has answered the sync request (or, for relays, when the room is joined). */
	static open(server, driver, room, { sv, keep = false, timeout = 30000 } = {}) {
		const c = new Conn();
		if (keep) c.keep = [];
		c.t0 = performance.now();
		let done;
		const synced = new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error('not synced in ' + timeout + ' ms')), timeout);
			done = (error) => {
				clearTimeout(timer);
				if (error) reject(error);
				else resolve(c);
			};
		});
		const reply = (list) => {
			if (list) for (const p of list) c.ws.send(toFrame(p));
		};
		const early = []; // spoken before Ws.open resolved
		const onmessage = (payload, isText) => {
			if (!c.ws) return early.push([Buffer.from(payload), isText]);
			if (c.meter) return c.meter.received(c, payload, isText);
			const now = performance.now();
			const m = driver.parse(payload, isText, c);
			if (c.keep)
				c.keep.push({
					at: now - c.t0,
					size: payload.length,
					kind: m.kind,
					data: m.data instanceof Uint8Array ? new Uint8Array(m.data) : m.data
				});
			reply(driver.reply(m, sv, room));
			if (m.sv !== undefined) c.sv = m.sv;
			if (m.kind === 'step2' || m.kind === 'synced' || m.synced) {
				c.syncedAt ??= now;
				done();
			}
		};
		Ws.open(server.url(driver.path(room)), {
			headers: server.headers,
			onmessage,
			onclose: () => {
				c.closed = true;
				done(new Error('connection closed'));
			}
		}).then((ws) => {
			c.ws = ws;
			for (const [p, t] of early) onmessage(p, t);
			reply(driver.hello(room, sv));
			if (driver.openIsSynced) {
				c.syncedAt = performance.now();
				done();
			}
		}, done);
		return synced;
	}

	send(frameBuffer) {
		return this.ws.send(frameBuffer);
	}
	close() {
		this.ws?.close();
	}
}

/** Opens many, at most `width` at a time. */
export async function openAll(n, make, width = 50) {
	const out = new Array(n);
	let i = 0;
	await Promise.all(
		Array.from({ length: Math.min(width, n) }, async () => {
			while (i < n) {
				const k = i++;
				out[k] = await make(k);
			}
		})
	);
	return out;
}

/**
 * Counts a sent state as delivered to a receiver when that state or a newer one of the same writer has
 * arrived there, so a server may merge or coalesce: it pays with the latency of the older ones.
 * Parsing is shared: most servers send the same bytes to everybody.
 */
export class Meter {
	latencies = [];
	frames = 0;
	bytes = 0;
	delivered = 0;
	#cache = new Map();
	#sentAt = [];

	constructor(driver, progress) {
		this.driver = driver;
		this.progress = progress;
	}

	attach(conns, writers) {
		conns.forEach((c, i) => {
			c.meter = this;
			c.writer = i < writers ? i : -1;
			c.last = new Int32Array(writers).fill(-1);
		});
		this.#sentAt = Array.from({ length: writers }, () => []);
	}

	sent(w) {
		return this.#sentAt[w].push(performance.now());
	}

	received(conn, payload, isText) {
		this.frames++;
		this.bytes += payload.length;
		const key = payload.latin1Slice(0, Math.min(400, payload.length)) + payload.length;
		let p = this.#cache.get(key);
		if (p === undefined) {
			const m = this.driver.parse(payload, isText, conn);
			const reply = this.driver.reply(m);
			if (reply) for (const r of reply) conn.ws.send(toFrame(r));
			p = this.progress(m);
			if (this.#cache.size > 4000) this.#cache.clear();
			if (m.kind !== 'chunk' && !reply) this.#cache.set(key, p);
		}
		if (p.length === 0) return;
		const now = performance.now();
		for (const [w, seq] of p) {
			if (w === conn.writer || !(seq > conn.last[w])) continue;
			const at = this.#sentAt[w];
			for (let s = conn.last[w] + 1; s <= seq; s++) {
				this.latencies.push(now - at[s]);
				this.delivered++;
			}
			conn.last[w] = seq;
		}
	}

	reset() {
		this.latencies = [];
		this.frames = 0;
		this.bytes = 0;
		this.delivered = 0;
	}
}

/** Calls fn(i) `rate` times a second for `seconds`; resolves when the last is sent. */
export const pace = (rate, seconds, fn) =>
	new Promise((resolve) => {
		const t0 = performance.now();
		const total = Math.round(rate * seconds);
		let i = 0;
		const tick = () => {
			const due = Math.min(total, Math.floor(((performance.now() - t0) / 1000) * rate) + 1);
			while (i < due) fn(i++);
			if (i < total) setTimeout(tick, 1);
			else resolve(total);
		};
		tick();
	});

export const percentile = (sorted, p) =>
	sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] : null;
export const summary = (list) => {
	const s = Float64Array.from(list).sort();
	return { p50: percentile(s, 0.5), p95: percentile(s, 0.95), p99: percentile(s, 0.99), max: s.at(-1) ?? null };
};
export const median = (list) => {
	const s = list.filter((x) => typeof x === 'number' && !Number.isNaN(x)).sort((a, b) => a - b);
	return s.length ? (s[(s.length - 1) >> 1] + s[s.length >> 1]) / 2 : null;
};
