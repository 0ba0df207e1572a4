/** Looks at everything that a start, calls and the tests need, and says of each whether it is there and what to do. */
import type { Config } from '../config.ts';
import type { Finding } from './findings.ts';
import { lookAtChromium, lookAtNode, lookAtNpm, lookAtPort } from './look-at-machine.ts';
import { lookAtDataDir, lookAtLock, lookAtSpace } from './look-at-data.ts';
import { lookAtDatabase, lookAtLiveKit, lookAtRedis } from './look-at-parts.ts';

/** Prints a line for each part and answers 1 when something that the start needs lacks, else 0. Changes nothing. */
export async function doctor(config: Config): Promise<number> {
	const looks: readonly ((config: Config) => Promise<readonly Finding[]>)[] = [
		lookAtNode,
		lookAtNpm,
		lookAtDataDir,
		lookAtSpace,
		lookAtLock,
		lookAtPort,
		lookAtDatabase,
		lookAtRedis,
		lookAtLiveKit,
		lookAtChromium
	];
	// All at once, since some wait for a network; told in their order, which is that of importance.
	const findings = (await Promise.all(looks.map((look) => look(config)))).flat();
	for (const finding of findings) console.log(lineOf(finding));
	const missing = findings.filter((finding) => finding.is === 'lacks' && finding.needed);
	console.log(missing.length === 0 ? '\nNabij can start here.' : `\nNabij cannot start here yet: ${partsOf(missing)}.`);
	return missing.length === 0 ? 0 : 1;
}

function lineOf(finding: Finding): string {
	const begin = `${finding.is.padEnd(5)}  ${finding.part.padEnd(10)}  ${finding.says}`;
	if (finding.is === 'ok') return begin;
	return `${begin}${finding.needed ? '' : ' (Nabij starts without)'}: ${finding.todo}`;
}

function partsOf(findings: readonly Finding[]): string {
	return [...new Set(findings.map(({ part }) => part))].join(', ');
}
