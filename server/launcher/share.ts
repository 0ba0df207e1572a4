/**
 * `--share`: opens Nabij to the own network. A browser gives no camera and no crypto.subtle to plain http off loopback, so
 * it is https with a certificate of our own, kept in DATA_DIR so that the browser's exception stays good.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { z } from 'zod';
import { StartRefused } from './start-refused.ts';

const DAYS = 825;
const RENEWED_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

type Pair = Readonly<{ key: string; cert: string }>;
const pairSchema = z.object({ key: z.string(), cert: z.string() });

/** The address under which others on this network reach us. */
export function shareAddress(host: string): string {
	if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
	const own = Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.find((address) => address.family === 'IPv4' && !address.internal);
	if (!own) throw new StartRefused('--share found no network: this machine has no address that others could open.');
	return own.address;
}

/** The kept certificate for that address, made when there is none that is good for another month. */
export async function certificateFor(address: string, dataDir: string, now = Date.now()): Promise<Pair> {
	const folder = join(dataDir, 'share');
	const file = join(folder, `${address.replaceAll(/[^a-z0-9.-]/gi, '_')}.json`);
	const kept = await readFile(file, 'utf8').then(readPair, () => null);
	if (kept && new X509Certificate(kept.cert).validToDate.getTime() > now + RENEWED_BEFORE_DAYS * DAY_MS) return kept;
	const bare = address.replace(/^\[(.*)\]$/, '$1');
	const name = isIP(bare) ? ({ type: 7, ip: bare } as const) : ({ type: 2, value: bare } as const);
	const made = await generate([{ name: 'commonName', value: bare }], {
		keySize: 2048,
		algorithm: 'sha256',
		// Clocks of others may be behind.
		notBeforeDate: new Date(now - DAY_MS),
		notAfterDate: new Date(now + DAYS * DAY_MS),
		extensions: [{ name: 'subjectAltName', altNames: [name] }]
	});
	const pair = { key: made.private, cert: made.cert };
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await writeFile(file, JSON.stringify(pair), { mode: 0o600 });
	return pair;
}

/** What a file of ours says, or null where it was cut off or changed. */
function readPair(text: string): Pair | null {
	try {
		const { key, cert } = pairSchema.parse(JSON.parse(text));
		return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { key, cert } : null;
	} catch {
		return null;
	}
}
