/** What the composed product does by itself, over real records and a bus and a call server that are watched. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '#server/app';
import { readConfig } from '#server/config';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { projectPath } from '#server/adapters/project-path';
import type { MediaServer } from '#server/ports/media-server';
import { recordsForThisTest, silent, temporaryFolder } from '../support/records.ts';

test('after a gap in what the nodes tell each other, everyone in a call is judged again', async () => {
	// Without the regular look, which comes every two seconds.
	vi.useFakeTimers({ toFake: ['setInterval'] });
	onTestFinished(() => void vi.useRealTimers());
	const memory = createMemoryBus();
	const gaps = new Set<() => void>();
	const bus = {
		...memory,
		onGap: (listener: () => void) => {
			gaps.add(listener);
			return () => gaps.delete(listener);
		}
	};
	const rooms = vi.fn(async () => []);
	const media = { rooms, upstream: null, state: { is: 'up', version: 'none', own: false } } as unknown as MediaServer;
	const config = readConfig({ DATA_DIR: temporaryFolder('app') }, { root: projectPath('.'), share: false });
	const app = await createApp(config, { log: silent, records: await recordsForThisTest(), bus, media });
	onTestFinished(() => app.close());
	expect(rooms).not.toHaveBeenCalled();
	for (const tell of gaps) tell();
	await vi.waitFor(() => expect(rooms).toHaveBeenCalledOnce());
});
