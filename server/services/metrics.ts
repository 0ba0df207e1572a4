import { timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Refused } from '#domain/refusal';
import { hashOf } from './ids.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** What this process measures of itself, for who has the token. */
export function createMetrics({ token, openOnLoopback }: Readonly<{ token: string | null; openOnLoopback: boolean }>) {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });

	function may(authorization: string | null, from: string): boolean {
		if (openOnLoopback && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(from)) return true;
		if (token === null || !authorization?.startsWith('Bearer ')) return false;
		// Digests, because only equal lengths are compared in constant time.
		return timingSafeEqual(Buffer.from(hashOf(authorization.slice(7))), Buffer.from(hashOf(token)));
	}

	return {
		/** The text for Prometheus; refuses `metrics.not-yours`. */
		async read(authorization: string | null, from: string): Promise<Readonly<{ type: string; text: string }>> {
			if (!may(authorization, from)) throw new Refused('metrics.not-yours');
			return { type: registry.contentType, text: await registry.metrics() };
		}
	};
}
