/**
 * The launcher: reads the configuration, listens, loads the build (whose `init` hook makes the App), hands requests and
 * sockets to it, and ends everything in order. No app code runs here: the App lives in the bundle, once.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { ConfigError, readConfig, type Config } from './config.ts';
import { tellKit } from './launcher/kit.ts';
import { openDoor, type Door, type Tenant } from './launcher/door.ts';
import { fullDisk, prepareDataFolder } from './launcher/data-folder.ts';
import { sayParts } from './launcher/parts.ts';
import { StartRefused } from './launcher/start-refused.ts';
import { whenParentGoes } from './launcher/parent.ts';
import type { App } from './app.ts';

const root = resolve(import.meta.dirname, '..');
// Ctrl-C reaches us from the terminal and once more through npm and the bootstrap: within this time it is one wish.
const SAME_WISH_MS = 500;
const STOP_WITHIN_MS = 8_000;
const ANSWER_WITHIN_MS = 2_000;
// By name: the App's own classes live in the bundle. Their messages are sentences for who started us.
const TOLD_IN_FULL = new Set(['ConfigError', 'StartRefused', 'DataFolderInUse', 'DatabaseTooNew', 'DatabaseUnusable']);
// We were pointed at something that we cannot work with: another try will not help, another setting will.
const WRONG_SETTING = new Set(['ConfigError', 'DatabaseTooNew', 'DatabaseUnusable']);

let asked: Config | null = null;
let door: Door | null = null;
let opening: Promise<App> | null = null;
let stopping = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
whenParentGoes(() => stop());

try {
	asked = configuration();
	await start(asked);
} catch (error) {
	// What is stopped while it starts is not a failed start.
	if (!stopping) fail(error);
}

function configuration(): Config {
	const flags = process.argv.slice(2);
	const unknown = flags.find((flag) => flag !== '--share');
	if (unknown) throw new ConfigError(`"${unknown}" is not an option of npm start; the only one is --share.`);
	return readConfig(process.env, { root, share: flags.includes('--share') });
}

async function start(wanted: Config): Promise<void> {
	await prepareDataFolder(wanted.dataDir);
	door = await openDoor(wanted);
	const { config } = door;
	Reflect.set(globalThis, Symbol.for('nabij.launch'), { config, root });
	tellKit(process.env, config);
	opening = loadApp();
	const app = await opening;
	if (stopping) return;
	door.letIn({ app, kit: await loadKit() });
	console.log(`Nabij is at ${door.url}`);
	sayParts(config, app, (line) => console.log(line));
}

/** Importing the build runs Kit's `init` hook, which makes the App and leaves it where we find it. */
async function loadApp(): Promise<App> {
	await loadKit();
	const app: unknown = Reflect.get(globalThis, Symbol.for('nabij.app'));
	if (!app) throw new Error('The build made no App: its init hook did not run.');
	return app as App | Promise<App>;
}

async function loadKit(): Promise<Tenant['kit']> {
	const build = resolve(root, 'build/handler.js');
	if (!existsSync(build)) throw new StartRefused('There is no build yet: "npm start" makes it.');
	const { handler } = (await import(pathToFileURL(build).href)) as { handler: RequestListener };
	return handler;
}

/** In order: nobody new comes in, what is under way ends, the App closes its sockets and its engines. */
function stop(): void {
	const now = Date.now();
	if (stopping) {
		if (now - stopping > SAME_WISH_MS) process.exit(1);
		return;
	}
	stopping = now;
	setTimeout(() => {
		console.log('Nabij did not end in time and is ended now; what was said to be saved is saved.');
		// Whoever supervises us must see that not everything was closed.
		process.exit(1);
	}, STOP_WITHIN_MS).unref();
	end().then(
		() => process.exit(0),
		(error: unknown) => {
			console.error(`Nabij did not close in order: ${error instanceof Error ? error.message : String(error)}`);
			process.exit(1);
		}
	);
}

async function end(): Promise<void> {
	const answered = door?.close();
	// A start that is stopped may still be making the App: it must be closed all the same, or its lock and children stay.
	const app = await opening?.catch(() => null);
	app?.drain();
	await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS).unref())]);
	await app?.close();
	door?.cutOff();
}

function fail(error: unknown): never {
	console.error(sentence(error));
	if (['debug', 'trace'].includes(asked?.logLevel ?? '')) console.error(error);
	process.exit(error instanceof Error && WRONG_SETTING.has(error.name) ? 2 : 1);
}

function sentence(error: unknown): string {
	if (!(error instanceof Error)) return `Nabij could not start: ${String(error)}`;
	if (TOLD_IN_FULL.has(error.name)) return error.message;
	const full = asked && fullDisk(error, asked);
	if (full) return full;
	const why = error.cause instanceof Error ? ` (${error.cause.message})` : '';
	return `Nabij could not start: ${error.message}${why}`;
}
