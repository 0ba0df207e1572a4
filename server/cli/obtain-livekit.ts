/** Finds a LiveKit or makes one, ahead of the tests that need it, and says which. Without one they say so themselves. */
import { obtainLiveKit } from '../adapters/livekit/binary.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';

const { cacheDir } = readConfig(
	{ CACHE_DIR: process.env['CACHE_DIR'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'], HOME: process.env['HOME'] },
	{ root: process.cwd(), share: false }
);
const found = await obtainLiveKit({
	cacheDir,
	log: createLog({ logLevel: 'warn' }),
	say: (doing) => console.log(`LiveKit for the tests: ${doing}`),
	signal: new AbortController().signal
});
console.log('path' in found ? `LiveKit for the tests: ${found.path}` : `LiveKit for the tests: ${found.why}`);
