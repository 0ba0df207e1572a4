import { expect, test, vi } from 'vitest';
import { silent } from '../support/records.ts';
import { obtainLiveKit } from '#server/adapters/livekit/binary';

test.runIf(process.platform === 'linux')(
	'a cache in which nothing can be made is named with its setting, at once',
	async () => {
		vi.stubEnv('PATH', '');
		const say = vi.fn();
		const got = await obtainLiveKit({ cacheDir: '/proc/x', log: silent, say, signal: new AbortController().signal });
		vi.unstubAllEnvs();
		expect(got).toEqual({
			why: expect.stringMatching(/^CACHE_DIR \(\/proc\/x\) cannot be written .*ENOENT/) as string
		});
		expect(say).not.toHaveBeenCalled();
	}
);
