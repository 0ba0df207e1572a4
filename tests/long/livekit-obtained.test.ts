/** How a machine without a LiveKit gets one when the download does not get on, with the patience that people meet. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LIVEKIT_VERSION, obtainLiveKit } from '../../server/adapters/livekit/binary.ts';

/** Answers as Go 1.26 does, and installs a server that says its version. */
const GO = `#!/bin/sh
case "$1" in
version) echo "go version go1.26.8 linux/amd64" ;;
env) echo /nowhere/build; echo /nowhere/path ;;
install) printf '#!/bin/sh\\necho "livekit-server version ${LIVEKIT_VERSION}"\\n' > "$GOBIN/server" ;;
esac
`;

let folder: string;
let bin: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nabij-obtain-'));
	bin = join(folder, 'bin');
	await mkdir(bin);
	await writeFile(join(bin, 'go'), GO);
	await chmod(join(bin, 'go'), 0o755);
	vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
});
afterAll(async () => {
	vi.unstubAllEnvs();
	await rm(folder, { recursive: true, force: true });
});

/** A place of releases that answers what `answers` gives for a path, and hangs where it gives nothing. */
async function releasesThat(answers: (path: string, begin: (piece: string) => void) => string | null) {
	const server: Server = createServer((req, res) => {
		const answer = answers(req.url ?? '', (piece) => void res.write(piece));
		if (answer !== null) res.end(answer);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	return {
		releases: `http://127.0.0.1:${port}`,
		close: () => {
			server.close();
			server.closeAllConnections();
		}
	};
}

describe.concurrent('a download that stalls is left within ten seconds, it is said, and Go builds it', () => {
	test.for([
		['checksums that never come', () => null],
		['a release that never comes', (path: string) => (path.endsWith('.txt') ? 'sum  name' : null)],
		[
			'a release that stops in the middle',
			(path: string, begin: (piece: string) => void) => {
				if (path.endsWith('.txt')) return 'sum  name';
				begin('the first bytes');
				return null;
			}
		]
	] as const)('%s', async ([name, answers], { expect: expects }) => {
		const { releases, close } = await releasesThat(answers);
		const said: { what: string; afterMs: number }[] = [];
		const began = performance.now();
		try {
			const found = await obtainLiveKit({
				cacheDir: join(folder, name),
				log: pino({ level: 'silent' }),
				say: (what) => said.push({ what, afterMs: performance.now() - began }),
				signal: new AbortController().signal,
				releases
			});
			expects(found).toMatchObject({ path: expect.stringContaining(name), version: LIVEKIT_VERSION });
			expects(said.map(({ what }) => what)).toEqual([
				`fetching LiveKit ${LIVEKIT_VERSION}`,
				'the download stalled: trying the next way',
				`building LiveKit ${LIVEKIT_VERSION} (about two minutes)`
			]);
			expects(said[1]?.afterMs).toBeLessThan(10_500);
		} finally {
			close();
		}
	});
});
