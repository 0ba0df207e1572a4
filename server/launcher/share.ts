/**
 * `--share`: opens Nabij to the own network. A browser gives no camera and no crypto.subtle to plain http off loopback, so
 * it is https with a certificate of our own, kept in DATA_DIR so that the browser's exception stays good.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { StartRefused } from './start-refused.ts';

const DAYS = 825;

/** The address under which others on this network reach us. */
export function shareAddress(host: string): string {
	if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
	const own = Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.find((address) => address.family === 'IPv4' && !address.internal);
	if (!own) throw new StartRefused('--share found no network: this machine has no address that others could open.');
	return own.address;
}

/** The kept certificate for that address, made when there is none. */
export async function certificateFor(address: string, dataDir: string): Promise<{ key: string; cert: string }> {
	const folder = join(dataDir, 'share');
	const file = join(folder, `${address.replaceAll(/[^a-z0-9.-]/gi, '_')}.json`);
	try {
		return JSON.parse(await readFile(file, 'utf8')) as { key: string; cert: string };
	} catch {
		const bare = address.replace(/^\[(.*)\]$/, '$1');
		const name = isIP(bare) ? ({ type: 7, ip: bare } as const) : ({ type: 2, value: bare } as const);
		const made = await generate([{ name: 'commonName', value: bare }], {
			keySize: 2048,
			algorithm: 'sha256',
			notAfterDate: new Date(Date.now() + DAYS * 86_400_000),
			extensions: [{ name: 'subjectAltName', altNames: [name] }]
		});
		const pair = { key: made.private, cert: made.cert };
		await mkdir(folder, { recursive: true, mode: 0o700 });
		await writeFile(file, JSON.stringify(pair), { mode: 0o600 });
		return pair;
	}
}
