import { timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { Refused } from '#domain/refusal';
import { hashOf } from './ids.ts';

export type Metrics = ReturnType<typeof createMetrics>;

type MetricsDeps = Readonly<{
	token: string | null;
	openOnLoopback: boolean;
	/** What documents and sockets this process serves now, and what it has made durable since it started. */
	syncStats: () => Readonly<{ rooms: number; sockets: number; commits: number }>;
}>;

/** What this process measures of itself, for who has the token. */
export function createMetrics({ token, openOnLoopback, syncStats }: MetricsDeps) {
	const registry = new Registry();
	const registers = [registry];
	// prom-client would look at the event loop every 10 ms: a tenth of what a busy board costs, for nothing but this.
	collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
	new Gauge({
		name: 'nabij_sync_rooms',
		help: 'Documents that are open in this process.',
		registers,
		collect() {
			this.set(syncStats().rooms);
		}
	});
	new Gauge({
		name: 'nabij_sync_sockets',
		help: 'Sockets that are at a document.',
		registers,
		collect() {
			this.set(syncStats().sockets);
		}
	});
	new Counter({
		name: 'nabij_sync_commits_total',
		help: 'Commits of changes to documents since the start.',
		registers,
		collect() {
			this.reset();
			this.inc(syncStats().commits);
		}
	});

	function may(authorization: string | null, from: string): boolean {
		if (openOnLoopback && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(from)) return true;
		if (token === null || !authorization?.startsWith('Bearer ')) return false;
		// Digests, because only equal lengths are compared in constant time.
		return timingSafeEqual(Buffer.from(hashOf(authorization.slice(7))), Buffer.from(hashOf(token)));
	}

	return {
		/** The text for Prometheus; refuses `metrics.not-yours`. */
		async read(authorization: string | null, from: string): Promise<Readonly<{ type: string; text: string }>> {
			if (!may(authorization, from)) throw new Refused('metrics.not-yours');
			return { type: registry.contentType, text: await registry.metrics() };
		}
	};
}
