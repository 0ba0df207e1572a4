/** How Node is told to run the server: what keeps its memory small. Measured in docs/performance.md. */

/** Before `server/main.ts`. */
export const SERVER_OPTIONS = [
	// Type stripping is announced as experimental by older ones of the Nodes that have it.
	'--disable-warning=ExperimentalWarning',
	// Garbage of a start is not worth the room that Node lets it grow to.
	'--max-semi-space-size=8',
	// Optimising the embedded database's code takes 600 MiB for seconds, and makes it slower just when people come.
	'--liftoff-only'
];
