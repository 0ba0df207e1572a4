import { gatherCrowd } from '../crowd.ts';
import { startProduct } from '../product.ts';
import { quantile } from '../quantiles.ts';
import type { Figure, Scenario } from '../scenario.ts';

const WARM_UP = { editsPerSecond: 20, seconds: 1 };
const LOAD = { editsPerSecond: 20, seconds: 5 };
const SIZES = [2, 20];

/** How long others wait for what one person does, through a server that makes it durable first. */
export const editToPeer: Scenario = {
	name: 'edit-to-peer',
	async run(folder) {
		const figures: Figure[] = [];
		for (const people of SIZES) {
			const product = await startProduct(`${folder}/${people}`);
			try {
				const editsPerWriter = WARM_UP.editsPerSecond * WARM_UP.seconds + LOAD.editsPerSecond * LOAD.seconds;
				const crowd = await gatherCrowd(product.url, { people, writers: 1, editsPerWriter });
				await crowd.drag(WARM_UP);
				const { wanted, latenciesMs } = await crowd.drag(LOAD);
				if (latenciesMs.length < wanted) throw new Error(`${latenciesMs.length} of ${wanted} edits arrived`);
				await crowd.leave();
				figures.push(
					{ name: `${people} people, p50`, unit: 'ms', value: quantile(latenciesMs, 0.5) },
					{ name: `${people} people, p95`, unit: 'ms', value: quantile(latenciesMs, 0.95) }
				);
			} finally {
				await product.stop();
			}
		}
		return figures;
	}
};
