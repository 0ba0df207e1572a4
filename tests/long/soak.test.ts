import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { rounds, seededChance } from '../support/killed-process.ts';
import { startProduct, type Product } from '../support/product.ts';
import { peopleOf } from '../support/soak.ts';

/** NABIJ_SOAK_S: another length, to try something. */
const SECONDS = Number(process.env['NABIJ_SOAK_S'] ?? rounds(30 * 60, 40));
const MIB = 1024 * 1024;
const TOKEN = 'a token for the metrics of a soak';

let product: Product | undefined;
afterAll(() => product?.stop());

/**
 * What the product says of itself. The delay of its loop is that since it was last asked, above the least, which is the time
 * between two looks at it.
 */
async function measure(
	url: string
): Promise<Readonly<{ heap: number; rss: number; delayMs: number; sockets: number }>> {
	const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
	const text = await answer.text();
	const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
	return {
		heap: value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes'),
		rss: value('process_resident_memory_bytes'),
		delayMs: (value('nodejs_eventloop_lag_p99_seconds') - value('nodejs_eventloop_lag_min_seconds')) * 1000,
		sockets: value('nabij_sync_sockets')
	};
}

/** How much a figure grew over all samples, as the straight line that fits them best says it. */
function growth(samples: readonly number[]): number {
	const middle = (samples.length - 1) / 2;
	const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
	const over = samples.reduce((sum, one, i) => sum + (i - middle) * (one - mean), 0);
	return (over / samples.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)) * (samples.length - 1);
}

const rank = (samples: readonly number[], part: number): number =>
	[...samples].sort((one, other) => one - other)[Math.floor(samples.length * part)] ?? NaN;

test(
	'twenty people move about ten boards for half an hour: memory stays flat, the loop turns, and all boards are equal',
	async () => {
		const chance = seededChance('soak');
		product = await startProduct({ env: { METRICS_TOKEN: TOKEN } });
		const { url } = product;
		const { movers, move, load } = await peopleOf(url, chance);
		const samples: (Awaited<ReturnType<typeof measure>> & { ownDelayMs: number })[] = [];
		// Other programs on this machine delay this process as they delay the product.
		const own = monitorEventLoopDelay();
		own.enable();
		await move(SECONDS * 1000, {
			// Everybody changes boards every ten seconds or so.
			restless: 0.005,
			everyMs: SECONDS > 600 ? 5_000 : 1_000,
			async look() {
				const ownDelayMs = (own.percentile(99) - own.min) / 1e6;
				own.reset();
				samples.push({ ...(await measure(url)), ownDelayMs });
			}
		});

		await vi.waitFor(() => expect(movers.map(({ at }) => at.line.state.is)).toEqual(movers.map(() => 'saved')), 20_000);
		for (const doc of new Set(movers.map(({ at }) => at.doc))) {
			const fresh = await load(doc);
			for (const { at } of movers.filter((mover) => mover.at.doc === doc)) {
				await vi.waitFor(() => {
					expect(Y.encodeStateVector(at.line.doc)).toEqual(Y.encodeStateVector(fresh));
					expect(at.line.doc.getMap('els').toJSON()).toEqual(fresh.getMap('els').toJSON());
				}, 20_000);
			}
		}
		const [heard, walks] = [movers.map((one) => one.heard), movers.map((one) => one.walks)];
		await Promise.all(movers.map((mover) => mover.leave()));
		await vi.waitFor(async () => expect((await measure(url)).sockets).toBe(0), 20_000);

		const warm = samples.slice(Math.floor(samples.length / 3));
		const of = (figure: keyof (typeof samples)[number]): readonly number[] => warm.map((sample) => sample[figure]);
		const told = {
			seconds: SECONDS,
			samples: warm.length,
			heapMiB: rank(of('heap'), 0.5) / MIB,
			heapGrewMiB: growth(of('heap')) / MIB,
			rssMiB: rank(of('rss'), 0.5) / MIB,
			rssGrewMiB: growth(of('rss')) / MIB,
			delayMs: rank(of('delayMs'), 0.5),
			worstDelayMs: rank(of('delayMs'), 0.99),
			ownDelayMs: rank(of('ownDelayMs'), 0.5),
			heard: heard.reduce((sum, n) => sum + n, 0),
			walks: walks.reduce((sum, n) => sum + n, 0)
		};
		console.log(`soak: ${JSON.stringify(told)}`);
		expect(told.walks).toBeGreaterThan(0);
		expect(told.heard).toBeGreaterThan(SECONDS * 20);
		expect(told.heapGrewMiB).toBeLessThan(25);
		expect(told.rssGrewMiB).toBeLessThan(0.1 * told.rssMiB);
		expect(told.delayMs).toBeLessThan(20 + told.ownDelayMs);
		expect(rank(of('delayMs'), 0.9)).toBeLessThan(100 + rank(of('ownDelayMs'), 0.9));
	},
	40 * 60_000
);
