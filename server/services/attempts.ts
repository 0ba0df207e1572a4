import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Refused } from '#domain/refusal';
import { hashOf } from './ids.ts';

/** How many failures, or things made, are allowed before the next try has to wait, and within which time they are counted. */
export type AttemptLimit = Readonly<{ failures: number; withinS: number }>;

const DEFAULTS = {
	'sign-in by account': { failures: 10, withinS: 15 * 60 },
	// An office sits behind one address, so this is wide; the limit by account is what protects an account.
	'sign-in by address': { failures: 100, withinS: 15 * 60 },
	'token by address': { failures: 40, withinS: 15 * 60 },
	// These count every one: behind one address a conference may come in within a few minutes.
	'sign-up by address': { failures: 300, withinS: 10 * 60 },
	'guest by address': { failures: 600, withinS: 10 * 60 },
	'call ticket by person': { failures: 30, withinS: 60 },
	// Mail to strangers in our name: enough to invite an office in, too little to be a relay.
	'mail by person': { failures: 30, withinS: 60 * 60 },
	'mail by team': { failures: 100, withinS: 24 * 60 * 60 },
	// By team and by person first, so that no one team keeps all others from inviting somebody. Accounts and teams are free,
	// though: what reaches one stranger has a bound of its own.
	'mail to address by team': { failures: 5, withinS: 24 * 60 * 60 },
	'mail to address by person': { failures: 5, withinS: 24 * 60 * 60 },
	'mail to address': { failures: 20, withinS: 24 * 60 * 60 }
} as const satisfies Record<string, AttemptLimit>;

export type AttemptKind = keyof typeof DEFAULTS;
/** What is counted, and under which keys. */
export type AttemptKeys = Readonly<Partial<Record<AttemptKind, string>>>;
export type Attempts = ReturnType<typeof createAttempts>;

/**
 * Counts failed guesses and what must not be made without end, in this process's memory. A guess is counted before it is
 * made, so that a thousand at once do not all slip through, and given back when it succeeds.
 */
export function createAttempts(limits: Readonly<Partial<Record<AttemptKind, AttemptLimit>>> = {}) {
	const limiters = new Map(
		Object.entries({ ...DEFAULTS, ...limits }).map(([kind, { failures, withinS }]) => [
			kind,
			new RateLimiterMemory({ keyPrefix: kind, points: failures, duration: withinS })
		])
	);
	function limiterOf(kind: AttemptKind): RateLimiterMemory {
		const limiter = limiters.get(kind);
		if (!limiter) throw new Error(`no limit for ${kind}`);
		return limiter;
	}
	/** Counts one try and answers how to give it back; refuses `rate.too-many`, and has not counted it then. */
	async function consume(kind: AttemptKind, key: string): Promise<() => Promise<unknown>> {
		const limiter = limiterOf(kind);
		// Keys are addresses of people: what lies in memory and in a heap dump is a digest.
		const digest = hashOf(key);
		try {
			await limiter.consume(digest);
		} catch (stopped) {
			if (stopped instanceof Error) throw stopped;
			await limiter.reward(digest);
			const { msBeforeNext } = stopped as { readonly msBeforeNext: number };
			throw new Refused('rate.too-many', Math.max(1, Math.ceil(msBeforeNext / 1000)));
		}
		return () => limiter.reward(digest);
	}
	/** The same under each of these keys, or under none. */
	async function consumeAll(keys: AttemptKeys): Promise<() => Promise<unknown>> {
		const counted: (() => Promise<unknown>)[] = [];
		const giveBack = () => Promise.all(counted.map((one) => one()));
		try {
			for (const [kind, key] of Object.entries(keys) as [AttemptKind, string][]) counted.push(await consume(kind, key));
		} catch (error) {
			await giveBack();
			throw error;
		}
		return giveBack;
	}

	return {
		/**
		 * Counts something that is limited also where it succeeds, before it is done. Refuses `rate.too-many` once there was too
		 * much of it under any of the keys, and has counted it under none then.
		 */
		async count(keys: AttemptKeys): Promise<void> {
			await consumeAll(keys);
		},
		/**
		 * Looks something up by a secret of so many bits that it cannot be guessed: only a look-up that ends with one of the
		 * codes in `failing` counts, and `rate.too-many` stands for it once there were too many. Who has the right one is
		 * let in, whatever others at the same address tried.
		 */
		async lookUp<T>(keys: AttemptKeys, failing: readonly string[], work: () => Promise<T>): Promise<T> {
			try {
				return await work();
			} catch (error) {
				if (error instanceof Refused && failing.includes(error.code)) await consumeAll(keys);
				throw error;
			}
		},
		/**
		 * Runs one guess. Refuses `rate.too-many` once too many have failed for any of the keys; only a guess that ends with
		 * one of the codes in `failing` counts as failed.
		 */
		async guess<T>(keys: AttemptKeys, failing: readonly string[], work: () => Promise<T>): Promise<T> {
			const giveBack = await consumeAll(keys);
			try {
				const done = await work();
				await giveBack();
				return done;
			} catch (error) {
				if (!(error instanceof Refused && failing.includes(error.code))) await giveBack();
				throw error;
			}
		}
	};
}
