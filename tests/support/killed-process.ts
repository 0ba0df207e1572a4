import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { projectPath } from '#server/adapters/project-path';

/** How long a process lives: from its start, or from the line `opened`. */
export type Life = Readonly<{ from: 'start' | 'opened'; ms: number }>;
export type Ended = Readonly<{ lines: readonly string[]; killed: boolean; errors: string }>;

type Setting = Readonly<{
	env?: Readonly<Record<string, string>>;
	/** Another file of tests/support, loaded first, in its threads too. */
	after?: string;
}>;

/** Runs a TypeScript file of tests/support in a process of its own and kills it with SIGKILL when its life is over. */
export async function runAndKill(
	script: string,
	args: readonly string[],
	life: Life,
	{ env = {}, after }: Setting = {}
): Promise<Ended> {
	const first = after === undefined ? [] : ['--import', projectPath(`tests/support/${after}`)];
	const child = spawn(process.execPath, [...first, projectPath(`tests/support/${script}`), ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, NODE_OPTIONS: '', ...env }
	});
	const kill = () => void setTimeout(() => child.kill('SIGKILL'), life.ms);
	const lines: string[] = [];
	let errors = '';
	child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
	createInterface({ input: child.stdout }).on('line', (line) => {
		if (line !== 'opened') lines.push(line);
		else if (life.from === 'opened') kill();
	});
	if (life.from === 'start') kill();
	const [, signal] = (await once(child, 'close')) as [number | null, string | null];
	return { lines, killed: signal === 'SIGKILL', errors };
}

/** Repeatable chance for a test, which prints the seed: set NABIJ_SEED to have it again. */
export function seededChance(title: string): () => number {
	const seed = Number(process.env['NABIJ_SEED'] ?? Date.now() % 1_000_000);
	console.log(`${title}: NABIJ_SEED=${seed}`);
	return chanceFrom(seed);
}

/** The same numbers below one for the same seed. */
export function chanceFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** The rounds of a long test, or the few that `--short` asks for. */
export function rounds(full: number, short: number): number {
	return process.env['NABIJ_SHORT'] === '1' ? short : full;
}
