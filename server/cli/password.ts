import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandRefused } from './command.ts';

/**
 * The first line of stdin, without its line end. At a terminal it is asked for on stderr, and what is typed is not shown.
 * It never comes as an argument: those can be seen by everyone on the machine.
 */
export async function readPassword(question: string): Promise<string> {
	const terminal = process.stdin.isTTY;
	if (terminal) process.stderr.write(question);
	// A terminal's line editor echoes to its output: this one goes nowhere.
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: process.stdin, output: nowhere, terminal });
	try {
		return await new Promise<string>((resolve, reject) => {
			lines.once('line', resolve);
			lines.once('SIGINT', () => reject(new CommandRefused('Nothing was done.', 130)));
			lines.once('close', () => reject(new CommandRefused('A password is needed: type it, or give it on stdin.')));
		});
	} finally {
		lines.close();
		if (terminal) process.stderr.write('\n');
	}
}
