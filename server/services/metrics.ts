import { timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Refused } from '#domain/refusal';
import { hashOf } from './ids.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** What documents and sockets this process serves now, and what it did since it started. */
type SyncStats = Readonly<{
	rooms: number;
	documents: number;
	sockets: number;
	commits: number;
	troubled: boolean;
	waiting: number;
	counts: Readonly<{
		received: ReadonlyMap<string, number>;
		closed: ReadonlyMap<number, number>;
		writes: number;
		writtenBytes: number;
		refused: number;
	}>;
}>;

type MetricsDeps = Readonly<{ token: string | null; openOnLoopback: boolean; syncStats: () => SyncStats }>;

/** From a commit on an idle disk to one that is tried again and again, in seconds. */
const COMMIT_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What this process measures of itself, for who has the token. Most is counted elsewhere and read when it is asked for. */
export function createMetrics({ token, openOnLoopback, syncStats }: MetricsDeps) {
	const registry = new Registry();
	const registers = [registry];
	// prom-client would look at the event loop every 10 ms: a tenth of what a busy board costs, for nothing but this.
	collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });

	function gauge(name: string, help: string, read: (stats: SyncStats) => number): void {
		new Gauge({
			name: `nabij_sync_${name}`,
			help,
			registers,
			collect() {
				this.set(read(syncStats()));
			}
		});
	}
	function counter(name: string, help: string, read: (stats: SyncStats) => number): void {
		new Counter({
			name: `nabij_sync_${name}_total`,
			help,
			registers,
			collect() {
				this.reset();
				this.inc(read(syncStats()));
			}
		});
	}
	function counterBy(
		name: string,
		help: string,
		label: string,
		read: (stats: SyncStats) => ReadonlyMap<string | number, number>
	): void {
		new Counter({
			name: `nabij_sync_${name}_total`,
			help,
			labelNames: [label],
			registers,
			collect() {
				this.reset();
				for (const [value, count] of read(syncStats())) this.inc({ [label]: String(value) }, count);
			}
		});
	}

	gauge('rooms', 'Documents that are open in this process.', ({ rooms }) => rooms);
	gauge('documents', 'Open documents that are in memory as a whole.', ({ documents }) => documents);
	gauge('sockets', 'Sockets that are at a document.', ({ sockets }) => sockets);
	gauge('waiting_messages', 'Changes that were received and are in no commit yet.', ({ waiting }) => waiting);
	gauge('storage_trouble', '1 while documents cannot be written.', ({ troubled }) => (troubled ? 1 : 0));
	counter('commits', 'Commits of changes to documents since the start.', ({ commits }) => commits);
	counter('refused', 'Changes that a document could not take.', ({ counts }) => counts.refused);
	counter('writes', 'Writes to sockets, each with any number of messages.', ({ counts }) => counts.writes);
	counter('written_bytes', 'Bytes written to sockets.', ({ counts }) => counts.writtenBytes);
	counterBy('received', 'Messages of clients, by what they were.', 'message', ({ counts }) => counts.received);
	counterBy('closed', 'Sockets that were ended, by close code.', 'code', ({ counts }) => counts.closed);
	const commit = new Histogram({
		name: 'nabij_sync_commit_seconds',
		help: 'How long a commit of changes to documents took.',
		buckets: COMMIT_BUCKETS,
		registers
	});

	function may(authorization: string | null, from: string): boolean {
		if (openOnLoopback && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(from)) return true;
		if (token === null || !authorization?.startsWith('Bearer ')) return false;
		// Digests, because only equal lengths are compared in constant time.
		return timingSafeEqual(Buffer.from(hashOf(authorization.slice(7))), Buffer.from(hashOf(token)));
	}

	return {
		/** A commit took so many seconds. */
		committed: (seconds: number): void => commit.observe(seconds),
		/** The text for Prometheus; refuses `metrics.not-yours`. */
		async read(authorization: string | null, from: string): Promise<Readonly<{ type: string; text: string }>> {
			if (!may(authorization, from)) throw new Refused('metrics.not-yours');
			return { type: registry.contentType, text: await registry.metrics() };
		}
	};
}
