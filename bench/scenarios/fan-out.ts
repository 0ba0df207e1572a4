import { performance } from 'node:perf_hooks';
import { gatherCrowd } from '../crowd.ts';
import { cpuMs, residentMiB, untilIdle } from '../process-use.ts';
import { startProduct } from '../product.ts';
import { quantile } from '../quantiles.ts';
import type { Scenario } from '../scenario.ts';

const WARM_UP = { editsPerSecond: 50, seconds: 1 };
const LOAD = { editsPerSecond: 50, seconds: 5 };
const SIZE = { people: 50, writers: 5, editsPerWriter: 50 * (WARM_UP.seconds + LOAD.seconds) };

/** What a full room costs the server: 5 of 50 drag, and everybody sees it. */
export const fanOut: Scenario = {
	name: 'fan-out',
	async run(folder) {
		const product = await startProduct(folder);
		try {
			const restMiB = residentMiB(product.pid);
			const crowd = await gatherCrowd(product.url, SIZE);
			await crowd.drag(WARM_UP);
			await untilIdle(product.pid);
			const cpuBefore = cpuMs(product.pid);
			const loopBefore = performance.eventLoopUtilization();
			const { wanted, latenciesMs } = await crowd.drag(LOAD);
			const usedMs = cpuMs(product.pid) - cpuBefore;
			const busy = performance.eventLoopUtilization(loopBefore).utilization;
			const loadedMiB = residentMiB(product.pid);
			await crowd.leave();
			return [
				{ name: 'server CPU per delivery', unit: 'µs', value: (usedMs * 1000) / latenciesMs.length },
				{ name: 'deliveries counted', unit: '', value: latenciesMs.length },
				{ name: 'of those wanted', unit: '%', value: (100 * latenciesMs.length) / wanted },
				{ name: 'p95 from sending to arrival', unit: 'ms', value: quantile(latenciesMs, 0.95) },
				{ name: 'memory, just started', unit: 'MiB', value: restMiB },
				{ name: 'memory, after the load', unit: 'MiB', value: loadedMiB },
				// Near 100 the load generator, not the server, was the limit.
				{ name: 'load generator busy', unit: '%', value: 100 * busy }
			];
		} finally {
			await product.stop();
		}
	}
};
