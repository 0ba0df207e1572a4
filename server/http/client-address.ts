import { isIP } from 'node:net';

/**
 * The client's address, for counting attempts. Of `X-Forwarded-For` only the entries that our own proxies wrote are
 * believed: with TRUST_PROXY=n the n-th from the right; what stands left of it, anyone may have written.
 */
export function clientAddress(
	forwardedFor: string | null | undefined,
	socketAddress: string,
	trustProxy: number
): string {
	if (trustProxy === 0) return plain(socketAddress);
	const hops = (forwardedFor ?? '')
		.split(',')
		.map((hop) => hop.trim())
		.filter(Boolean);
	const said = hops.at(-trustProxy);
	return said !== undefined && isIP(said) ? plain(said) : plain(socketAddress);
}

/** An IPv4 address that came by an IPv6 socket is the same client. An IPv6 client owns its /64. */
function plain(address: string): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (mapped) return mapped;
	if (isIP(address) !== 6) return address;
	const [head = '', tail] = address.split('::');
	const start = head.split(':').filter(Boolean);
	const end = (tail ?? '').split(':').filter(Boolean);
	const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => '0');
	return `${[...start, ...zeros, ...end].slice(0, 4).join(':')}::/64`;
}
