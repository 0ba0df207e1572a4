import { residentMiB } from '../process-use.ts';
import { startProduct } from '../product.ts';
import type { Scenario } from '../scenario.ts';

/** How long people wait for a server: the very first time, when the databases are made, and on the same folder again. */
export const start: Scenario = {
	name: 'start',
	async run(folder) {
		const first = await startProduct(folder);
		await first.stop();
		const second = await startProduct(folder);
		const restMiB = residentMiB(second.pid);
		await second.stop();
		return [
			{ name: 'new folder, until healthy', unit: 'ms', value: first.readyMs },
			{ name: 'same folder again, until healthy', unit: 'ms', value: second.readyMs },
			{ name: 'same folder again, memory', unit: 'MiB', value: restMiB }
		];
	}
};
