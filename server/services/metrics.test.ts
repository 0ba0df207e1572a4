import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

const BEARER = 'Bearer secret';

test('tells of documents, sockets and commits as they are at each reading; commits are counted once', async () => {
	let stats = { rooms: 2, sockets: 5, commits: 40 };
	const metrics = createMetrics({ token: 'secret', openOnLoopback: false, syncStats: () => stats });
	const read = async () => (await metrics.read(BEARER, '192.0.2.1')).text.match(/^nabij_sync_.*$/gmu);
	expect(await read()).toEqual(['nabij_sync_rooms 2', 'nabij_sync_sockets 5', 'nabij_sync_commits_total 40']);
	stats = { rooms: 1, sockets: 0, commits: 42 };
	expect(await read()).toEqual(['nabij_sync_rooms 1', 'nabij_sync_sockets 0', 'nabij_sync_commits_total 42']);
});
