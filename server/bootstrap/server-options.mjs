/** How Node is told to run the server and its commands: what keeps its memory small. Measured in docs/performance.md. */
import { execFileSync } from 'node:child_process';

const ALWAYS = [
	// Type stripping is announced as experimental by older ones of the Nodes that have it.
	'--disable-warning=ExperimentalWarning',
	// Garbage of a start is not worth the room that Node lets it grow to.
	'--max-semi-space-size=8',
	// The sync server gives memory back that is not needed any more, which V8 by itself never does.
	'--expose-gc'
];

// Optimising the embedded database's code takes 600 MiB for seconds, and makes it slower just when people come.
const BASELINE_ONLY = '--liftoff-only';

/**
 * Before `server/main.ts` and `server/cli/main.ts`, for the Node that runs this. V8 may drop an option that is its own,
 * and a Node that does not know one does not start: so it is asked.
 * @param {() => string} [known] what `node --v8-options` prints
 * @returns {string[]}
 */
export function serverOptions(known = printed) {
	return known().includes(BASELINE_ONLY + ' ') ? ALWAYS.concat(BASELINE_ONLY) : ALWAYS;
}

function printed() {
	return execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
}
