/**
 * `npm run cli -- <command>`: what whoever runs an installation does from its own machine. Answers go to stdout, the log and
 * sentences about failures to stderr; the status is 2 when what was typed or the environment makes no sense, 1 when it was
 * not done.
 */
import { resolve } from 'node:path';
import { Refused } from '#domain/refusal';
import { ConfigError, readConfig } from '../config.ts';
import { refusalWords } from '#i18n/refusal-words';
import { CommandRefused, type Command } from './command.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
	[
		'doctor',
		{
			words: [],
			does: 'tells what this machine lacks and what to do about it',
			run: async (config) => (await import('./doctor.ts')).doctor(config)
		}
	],
	[
		'migrate',
		{
			words: [],
			does: 'brings the database to what this version needs, without serving',
			run: async (config) => (await import('./migrate.ts')).migrate(config)
		}
	],
	[
		'create-user',
		{
			words: ['NAME', 'EMAIL'],
			does: 'makes an account, asks for its password (or reads it from stdin) and prints its id',
			run: async (config, args) => (await import('./create-user.ts')).createUser(config, args)
		}
	],
	[
		'backup',
		{
			words: ['FILE'],
			does: 'writes everything into one file, while the product runs or not',
			run: async (config, args) => (await import('./backup.ts')).backup(config, args)
		}
	],
	[
		'restore',
		{
			words: ['FILE'],
			does: 'reads such a file into an empty place, on either engine',
			run: async (config, args) => (await import('./backup.ts')).restore(config, args)
		}
	],
	[
		'seed',
		{
			words: [],
			does: 'makes a team of three people with two boards, to look around in',
			run: async (config) => (await import('./seed.ts')).seed(config)
		}
	]
]);

try {
	process.exit(await dispatch(process.argv.slice(2)));
} catch (error) {
	console.error(sentence(error));
	if (['debug', 'trace'].includes(process.env['LOG_LEVEL'] ?? '')) console.error(error);
	process.exit(statusOf(error));
}

async function dispatch([name = 'help', ...args]: readonly string[]): Promise<number> {
	if (['help', '--help', '-h'].includes(name)) return help();
	const command = COMMANDS.get(name);
	if (!command) {
		const known = [...COMMANDS.keys(), 'help'].join(', ');
		throw new CommandRefused(`"${name}" is not a command; there are: ${known}.`, 2);
	}
	if (args.length !== command.words.length) {
		throw new CommandRefused(`It goes like this: npm run cli -- ${[name, ...command.words].join(' ')}`, 2);
	}
	const root = resolve(import.meta.dirname, '../..');
	return command.run(readConfig(process.env, { root, share: false }), args);
}

function help(): number {
	const rows = [...COMMANDS].map(([name, { words, does }]) => [[name, ...words].join(' '), does] as const);
	const width = Math.max(...rows.map(([typed]) => typed.length));
	console.log('npm run cli -- <command>\n');
	for (const [typed, does] of rows) console.log(`  ${typed.padEnd(width)}  ${does}`);
	console.log('\nThey read the same variables as npm start, such as DATA_DIR and DATABASE_URL.');
	return 0;
}

function sentence(error: unknown): string {
	if (error instanceof Refused) return refusalWords(error.code, 'en');
	if (!(error instanceof Error)) return String(error);
	return error.message;
}

function statusOf(error: unknown): number {
	if (error instanceof ConfigError) return 2;
	return error instanceof CommandRefused ? error.status : 1;
}
