import type { IncomingHttpHeaders } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import type { RefusalCode } from '#domain/refusal';
import { isLoopback, type Config } from '../config.ts';

type Own = Pick<Config, 'origin' | 'share' | 'host'>;

type Asked = Readonly<{
	method: string | undefined;
	headers: IncomingHttpHeaders;
	config: Own;
	/** The port that is listened on, which `PORT=0` does not say. */
	port: number;
}>;

/**
 * Refuses writes and upgrades that another site's page sends with our cookie. Kit's own check sees form content types
 * only, and SameSite stops neither another port of this machine nor a sibling domain. Programs send no Origin and pass.
 */
export function refuseOrigin({ method, headers, config, port }: Asked): RefusalCode | null {
	const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
	if (reads && headers.upgrade === undefined) return null;
	const { origin } = headers;
	if (origin !== undefined) return isOwnOrigin(origin, config, port) ? null : 'input.foreign-origin';
	const site = headers['sec-fetch-site'];
	return site === undefined || site === 'none' || site === 'same-origin' ? null : 'input.foreign-origin';
}

/**
 * Refuses a `Host` that is not ours where links follow it, which is without ORIGIN: a rebinding domain would be the same
 * site to the browser, and links in answers would lead there.
 */
export function refuseHost({ headers: { host }, config, port }: Omit<Asked, 'method'>): RefusalCode | null {
	if (config.origin !== null) return null;
	const url = host === undefined ? null : parse(`${config.share ? 'https' : 'http'}://${host}`);
	// What is more than a name and a port could be read otherwise by who makes links of it.
	const isBare = url !== null && url.href === `${url.origin}/`;
	return isBare && isOwnOrigin(url.origin, config, port) ? null : 'input.foreign-host';
}

/**
 * Whether pages of this origin are ours: ORIGIN where it is set; else the loopback names at our port, and with `--share`
 * this machine's own addresses too. Never what the Host header claims, which a rebinding domain would choose.
 */
export function isOwnOrigin(origin: string, config: Own, port: number): boolean {
	if (config.origin !== null && sameOrigin(origin, config.origin)) return true;
	if (config.origin !== null && !config.share) return false;
	const url = parse(origin);
	if (!url || url.origin !== origin) return false;
	if (url.protocol !== (config.share ? 'https:' : 'http:')) return false;
	if (Number(url.port || (config.share ? 443 : 80)) !== port) return false;
	if (isLoopback(config.host) && url.hostname === config.host) return true;
	return LOOPBACK.has(url.hostname) || (config.share && machineNames().has(url.hostname));
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

function machineNames(): ReadonlySet<string> {
	const name = hostname().toLowerCase();
	const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
	return new Set([
		name,
		`${name}.local`,
		...addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address.split('%')[0]}]` : address))
	]);
}

function sameOrigin(one: string, other: string): boolean {
	const [a, b] = [parse(one), parse(other)];
	return a !== null && b !== null && a.origin !== 'null' && a.origin === b.origin;
}

function parse(url: string): URL | null {
	return URL.parse(url);
}
