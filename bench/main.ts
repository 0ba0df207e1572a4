/**
 * `npm run bench [-- name …] [--runs n]`: measures the started product. Scenarios take turns (A B C, A B C, …), so that what
 * else the machine does meets all of them alike. Prints medians as Markdown and keeps every run under bench/results.
 * `npm run bench -- sync …` measures the sync server beside its peers instead: bench/sync.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopProducts } from './product.ts';
import { summarise, table, type Outcome } from './report.ts';
import type { Scenario } from './scenario.ts';
import { boardPage } from './scenarios/board-page.ts';
import { editToPeer } from './scenarios/edit-to-peer.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { start } from './scenarios/start.ts';

const SCENARIOS: readonly Scenario[] = [start, boardPage, editToPeer, fanOut];
const RESULTS = resolve(import.meta.dirname, 'results');

if (process.argv[2] === 'sync') process.exit(await benchSync(process.argv.slice(3)));
const { chosen, runs } = asked();
const scratch = mkdtempSync(join(os.tmpdir(), 'nabij-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
let brokenOff = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, () => {
		brokenOff = true;
		void stopProducts().finally(() => process.exit(1));
	});
}

const machine = {
	cores: os.availableParallelism(),
	processor: os.cpus()[0]?.model ?? 'unknown',
	memoryGiB: Math.round(os.totalmem() / 2 ** 30),
	node: process.version,
	system: `${os.type()} ${os.arch()}`,
	loadBefore: os.loadavg()[0] ?? 0
};
const at = new Date().toISOString();
const outcomes: Outcome[] = [];
for (let run = 1; run <= runs; run++) {
	for (const scenario of chosen) {
		console.error(`run ${run} of ${runs}: ${scenario.name}`);
		outcomes.push(await outcomeOf(scenario, join(scratch, `${run}-${scenario.name}`)));
		if (brokenOff) process.exit(1);
	}
}
const summaries = summarise(outcomes);
console.log(
	`${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.system}`
);
console.log(`${at}, load before: ${machine.loadBefore.toFixed(2)}\n`);
console.log(table(summaries));

mkdirSync(RESULTS, { recursive: true });
const file = join(RESULTS, `${at.replaceAll(':', '-')}.json`);
writeFileSync(file, JSON.stringify({ at, machine, summaries, outcomes }, null, '\t'));
console.error(`\nEvery run is in ${file}`);
process.exit(outcomes.some((outcome) => outcome.is === 'failed') ? 1 : 0);

async function outcomeOf({ name, run }: Scenario, folder: string): Promise<Outcome> {
	try {
		return { scenario: name, is: 'measured', figures: await run(folder) };
	} catch (error) {
		// One that fails must not take the figures of the others with it; the exit status tells.
		const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
		if (!brokenOff) console.error(`${name} failed: ${why}`);
		return { scenario: name, is: 'failed', why };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The sync server beside its peers: a harness of its own, with its own options. Answers the exit status. */
async function benchSync(args: readonly string[]): Promise<number> {
	const out = join(RESULTS, `sync-${new Date().toISOString().replaceAll(':', '-')}.json`);
	const harness = spawn(process.execPath, ['bench/sync/bench.mjs', '--ours', '--out', out, ...args], {
		stdio: 'inherit'
	});
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => harness.kill(signal));
	const [status] = (await once(harness, 'exit')) as [number | null];
	return status ?? 1;
}

function asked(): Readonly<{ chosen: readonly Scenario[]; runs: number }> {
	const { names, runs } = parsed();
	if (!Number.isInteger(runs) || runs < 1) refuse('--runs takes a whole number from 1.');
	const unknown = names.find((name) => !SCENARIOS.some((one) => one.name === name));
	if (unknown !== undefined) {
		refuse(`"${unknown}" is none of the scenarios: ${SCENARIOS.map((one) => one.name).join(', ')}.`);
	}
	return { chosen: SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name)), runs };
}

function parsed(): Readonly<{ names: readonly string[]; runs: number }> {
	try {
		const options = { runs: { type: 'string', default: '5' } } as const;
		const { values, positionals } = parseArgs({ allowPositionals: true, options });
		return { names: positionals, runs: Number(values.runs) };
	} catch (error) {
		return refuse(error instanceof Error ? error.message : String(error));
	}
}

function refuse(why: string): never {
	console.error(why);
	process.exit(2);
}
