/**
 * The first thing that runs, on whatever Node there is (14.18 and up must be able to read this file and its folder): gets
 * the right Node, the packages and the build when they lack or are out of date, then starts what was asked for and stays
 * its parent, so that signals arrive, the exit status comes back and nothing outlives a kill.
 */
import { commandNamed } from './bootstrap/commands.mjs';
import { ensureNode } from './bootstrap/node.mjs';
import { endWithParent } from './bootstrap/processes.mjs';
import { Failure, say } from './bootstrap/say.mjs';

endWithParent();
main(process.argv[2], process.argv.slice(3)).then(
	(status) => process.exit(status),
	(error) => {
		// A person's sentence where we know what happened; a bug keeps its stack.
		say(error instanceof Failure ? error.message : (error && error.stack) || String(error));
		process.exit(error instanceof Failure ? error.status : 1);
	}
);

/** @param {string | undefined} name @param {string[]} args */
async function main(name, args) {
	const command = commandNamed(name);
	const elsewhere = await ensureNode([name, ...args]);
	return elsewhere === null ? command(args) : elsewhere;
}
