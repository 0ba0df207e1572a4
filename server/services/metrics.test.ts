import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

const BEARER = 'Bearer secret';

function statsOf(n: number) {
	return {
		rooms: n,
		documents: n,
		sockets: n,
		commits: n,
		troubled: n > 1,
		waiting: n,
		counts: {
			received: new Map([['update', n]]),
			closed: new Map([[4503, n]]),
			writes: n,
			writtenBytes: n,
			refused: n
		}
	};
}

test('tells of documents, sockets and what went on there as it is at each reading; what is counted is counted once', async () => {
	let n = 1;
	const metrics = createMetrics({ token: 'secret', openOnLoopback: false, syncStats: () => statsOf(n) });
	const read = async () => (await metrics.read(BEARER, '192.0.2.1')).text.match(/^nabij_sync_(?!commit_).*$/gmu);
	for (n of [1, 3]) {
		expect(await read()).toEqual([
			`nabij_sync_rooms ${n}`,
			`nabij_sync_documents ${n}`,
			`nabij_sync_sockets ${n}`,
			`nabij_sync_waiting_messages ${n}`,
			`nabij_sync_storage_trouble ${n > 1 ? 1 : 0}`,
			`nabij_sync_commits_total ${n}`,
			`nabij_sync_refused_total ${n}`,
			`nabij_sync_writes_total ${n}`,
			`nabij_sync_written_bytes_total ${n}`,
			`nabij_sync_received_total{message="update"} ${n}`,
			`nabij_sync_closed_total{code="4503"} ${n}`
		]);
	}
});

test('tells how long commits took, by buckets', async () => {
	const metrics = createMetrics({ token: 'secret', openOnLoopback: false, syncStats: () => statsOf(0) });
	for (const seconds of [0.0004, 0.003, 7]) metrics.committed(seconds);
	const { text } = await metrics.read(BEARER, '192.0.2.1');
	expect(text).toContain('nabij_sync_commit_seconds_bucket{le="0.005"} 2');
	expect(text).toContain('nabij_sync_commit_seconds_bucket{le="5"} 2');
	expect(text).toContain('nabij_sync_commit_seconds_count 3');
});
