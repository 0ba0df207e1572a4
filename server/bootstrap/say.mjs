/** What the bootstrap tells a person: lines on stdout, and the one kind of error that is a sentence and not a bug. */

/** Something a person can do something about. The message is printed as it is; `status` becomes the exit status. */
export class Failure extends Error {
	/** @param {string} message @param {number} [status] */
	constructor(message, status) {
		super(message);
		this.name = 'Failure';
		this.status = status || 1;
	}
}

/** @param {string} line */
export function say(line) {
	process.stdout.write(line + '\n');
}

/**
 * Says what is being done, again every 15 s while it lasts, and how long it took.
 * @template T
 * @param {string} doing "Installing packages"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function progress(doing, work) {
	const began = Date.now();
	const seconds = () => Math.round((Date.now() - began) / 1000);
	say(doing + ' …');
	const timer = setInterval(() => say(doing + ' … ' + seconds() + ' s'), 15000);
	try {
		const result = await work();
		say(doing + ': done in ' + seconds() + ' s');
		return result;
	} finally {
		clearInterval(timer);
	}
}
