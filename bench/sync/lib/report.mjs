// Medians over repetitions, and each peer as a ratio to the first one that is not a bound.
import { median } from './client.mjs';

const f =
	(d = 1) =>
	(x) =>
		x === null || x === undefined ? '–' : x >= 1000 ? Math.round(x).toLocaleString('en') : x.toFixed(d);
const mb = (x) => (x === null ? '–' : (x / 1e6).toFixed(2));
const COLUMNS = {
	fanout: [
		['µs CPU / delivery', 'cpuUsPerDelivery', f(1)],
		['p50 ms', 'p50', f(2)],
		['p95 ms', 'p95', f(2)],
		['p99 ms', 'p99', f(2)],
		['frames/s', 'framesPerSec', f(0)],
		['µs CPU / delivery at 450/s', 'cpuUsAt450', f(1)],
		['saturation deliveries/s', 'saturationPerSec', f(0)],
		['µs CPU / delivery there', 'saturationCpuUs', f(1)],
		['deliveries / core-second', 'perCoreSecond', f(0)],
		['server CPU % there', 'saturationServerCpuPct', f(0)],
		['generator busy there', 'saturationGenElu', f(2)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	awareness: [
		['µs CPU / delivery', 'cpuUsPerDelivery', f(2)],
		['deliveries/s', 'deliveredPerSec', f(0)],
		['frames/s', 'framesPerSec', f(0)],
		['bytes/delivery', 'bytesPerDelivery', f(0)],
		['server CPU %', 'serverCpuPct', f(0)],
		['p50 ms', 'p50', f(2)],
		['p95 ms', 'p95', f(2)],
		['p99 ms', 'p99', f(2)],
		['complete', 'complete', f(3)],
		['generator busy', 'genElu', f(2)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	rooms: [
		['kB / room of two', 'kbPerRoomOfTwo', f(1)],
		['first word p95 ms', 'firstP95', f(1)],
		['kB / room', 'kbPerRoom', f(1)],
		['kB / connection', 'kbPerConn', f(1)],
		['RSS empty MB', 'emptyRss', f(0)],
		['RSS 500×2 MB', 'fullRss', f(0)],
		['RSS all left MB', 'rssAfterAllLeft', f(0)],
		['idle CPU %', 'idleCpuPct', f(1)],
		['setup CPU ms', 'setupCpuMs', f(0)],
		['p50 ms', 'p50', f(2)],
		['p95 ms', 'p95', f(2)],
		['µs CPU / delivery', 'cpuUsPerDelivery', f(0)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	cold: [
		['cold whole ms', 'coldMs', f(0)],
		['cold "synced" ms', 'coldSyncedMs', f(0)],
		['cold CPU ms', 'coldCpuMs', f(0)],
		['MB on wire', 'coldBytes', mb],
		['elements', 'coldElements', f(0)],
		['elements at "synced"', 'elementsAtSync', f(0)],
		['RSS boot MB', 'bootRss', f(0)],
		['RSS after MB', 'coldRss', f(0)],
		['peak MB', 'coldPeakRss', f(0)],
		['warm ms', 'warmMs', f(0)],
		['warm CPU ms', 'warmCpuMs', f(0)],
		['ingest CPU ms', 'ingestCpuMs', f(0)],
		['disk MB', 'diskBytes', mb],
		['boot ms', 'bootMs', f(0)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	storm: [
		['all synced ms', 'allSyncedMs', f(0)],
		['p50 ms', 'p50', f(0)],
		['synced', 'synced', f(0)],
		['CPU ms / client', 'cpuMsPerClient', f(2)],
		['kB / client', 'bytesPerClient', (x) => f(1)(x / 1000)],
		['peak RSS MB', 'peakRss', f(0)],
		['generator busy', 'genElu', f(2)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	alone: [
		['p50 ms', 'p50', f(2)],
		['p95 ms', 'p95', f(2)],
		['p99 ms', 'p99', f(2)],
		['other CPU %', 'otherCpuPct', f(0)]
	],
	durability: [
		['rounds', 'rounds', f(0)],
		['lost', 'lost', f(0)],
		['arrived only after "synced"', 'lateOnly', f(0)],
		['vanished later', 'vanished', f(0)],
		['restart ms', 'bootMs', f(0)]
	]
};
const LEAD = {
	fanout: 'cpuUsPerDelivery',
	awareness: 'cpuUsPerDelivery',
	rooms: 'kbPerRoomOfTwo',
	alone: 'p95',
	cold: 'coldCpuMs',
	storm: 'cpuMsPerClient',
	durability: 'lost'
};

/** What ours is to reach; see docs/performance.md. */
const GOALS = {
	fanout: 'CPU a delivery at 100/s and at 450/s at most 1.3 × raw-net-tick8 in the same run',
	awareness: 'CPU a delivery at most 1.3 × raw-net-tick8 in the same run, p95 at most 20 ms',
	rooms: 'at most 120 kB a room of two, p95 of the first word at most 20 ms, RSS back to the start after all left',
	cold: 'at most 200 ms CPU cold and 11 warm, at most 0.95 MB on the wire, all elements there at "synced"',
	storm: 'at most 1 ms CPU a client with one vector, 4 with 200 (--set vectors=200)',
	alone: 'p95 at most 4 ms above raw-ws on SQLite, 10 on PostgreSQL',
	durability: 'none lost'
};

export function report(runs) {
	const summary = {};
	const lines = [];
	for (const scenario of Object.keys(COLUMNS)) {
		const mine = runs.filter((r) => r.scenario === scenario);
		if (mine.length === 0) continue;
		const names = [...new Set(mine.map((r) => r.peer))];
		const table = names.map((peer) => {
			const ok = mine.filter((r) => r.peer === peer && r.ok).map((r) => r.result);
			for (const r of ok)
				if (r.ramp) r.cpuUsAt450 ??= median(r.ramp.filter((s) => s.rate === 450).map((s) => s.cpuUsPerDelivery));
			const m = Object.fromEntries(COLUMNS[scenario].map(([, k]) => [k, median(ok.map((r) => r[k]))]));
			const lead = ok.map((r) => r[LEAD[scenario]]).filter((x) => x !== null);
			const spread = lead.length > 1 && Math.min(...lead) > 0 ? Math.max(...lead) / Math.min(...lead) : null;
			return { peer, n: ok.length, failed: mine.filter((r) => r.peer === peer && !r.ok).length, spread, ...m };
		});
		const floor = table.find((t) => t.peer === 'raw-net-tick8' && t[LEAD[scenario]]);
		for (const t of table) t.toFloor = floor && t[LEAD[scenario]] ? t[LEAD[scenario]] / floor[LEAD[scenario]] : null;
		const base =
			table.find((t) => t.peer === 'y-websocket' && t[LEAD[scenario]]) ??
			table.find((t) => !t.peer.startsWith('raw') && t[LEAD[scenario]]);
		for (const t of table) t.ratio = base && t[LEAD[scenario]] ? t[LEAD[scenario]] / base[LEAD[scenario]] : null;
		summary[scenario] = table;
		const cols = COLUMNS[scenario];
		lines.push(`\n### ${scenario}\n`);
		if (GOALS[scenario]) lines.push(`Goal for ours: ${GOALS[scenario]}.\n`);
		lines.push(
			`| peer | ${cols.map((c) => c[0]).join(' | ')} | ratio of ${cols.find((c) => c[1] === LEAD[scenario])[0]} to ${base?.peer ?? '–'} | ratio to the floor | max/min over runs | runs |`
		);
		lines.push(`|${' --- |'.repeat(cols.length + 5)}`);
		for (const t of table)
			lines.push(
				`| ${t.peer} | ${cols.map(([, k, fmt]) => fmt(t[k])).join(' | ')} | ${f(2)(t.ratio)} | ${f(2)(t.toFloor)} | ${f(2)(t.spread)} | ${t.n}${t.failed ? ` (${t.failed} failed)` : ''} |`
			);
	}
	return { summary, text: lines.join('\n') };
}
