import { hash, verify } from '@node-rs/argon2';
import { Refused } from '#domain/refusal';

export type Passwords = ReturnType<typeof createPasswords>;

export type PasswordCost = Readonly<{ memoryKiB: number; passes: number }>;

/** Well above OWASP's least. */
const COST: PasswordCost = { memoryKiB: 65_536, passes: 2 };
/** Algorithm.Argon2id, a const enum. */
const ARGON2ID = 2;

/**
 * Makes and checks password hashes, at most two at once: each takes a core and 64 MiB, and sign-ins must not starve the
 * boards that are open. Beyond `queueMax` waiting ones it refuses `rate.too-many`. A lower cost is for tests of other things.
 */
export function createPasswords({
	atOnce = 2,
	queueMax = 200,
	cost = COST
}: Readonly<{ atOnce?: number; queueMax?: number; cost?: PasswordCost }> = {}) {
	const argon2id = { algorithm: ARGON2ID, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
	let running = 0;
	let hashed = 0;
	let verified = 0;
	let peak = 0;
	const waiting: (() => void)[] = [];
	let nobodys: Promise<string> | undefined;

	async function inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (running >= atOnce) {
			if (waiting.length >= queueMax) throw new Refused('rate.too-many', 5);
			await new Promise<void>((resolve) => waiting.push(resolve));
		} else {
			running++;
		}
		peak = Math.max(peak, running);
		try {
			return await work();
		} finally {
			// The turn is handed on without being given up, or a newcomer could take it in between.
			const next = waiting.shift();
			if (next) next();
			else running--;
		}
	}

	const make = (password: string): Promise<string> =>
		inTurn(() => {
			hashed++;
			return hash(password, argon2id);
		});

	/** A hash that nobody's password has, made once; one that could not be made is tried again by the next who asks. */
	async function hashOfNobody(): Promise<string> {
		const making = (nobodys ??= make('nobody'));
		try {
			return await making;
		} catch (error) {
			if (nobodys === making) nobodys = undefined;
			throw error;
		}
	}

	return {
		/** Makes now what the first unknown address would have to wait for, by which it could be told from a known one. */
		async prepare(): Promise<void> {
			await hashOfNobody();
		},
		/** The hash to store, in PHC form. */
		hash: make,
		/** Whether the password is the one of this hash; with null, the answer is no after the same work. */
		async matches(stored: string | null, password: string): Promise<boolean> {
			const against = stored ?? (await hashOfNobody());
			return inTurn(async () => {
				verified++;
				return (await verify(against, password)) && stored !== null;
			});
		},
		/** How much work was done, for tests and measurements. */
		work: (): Readonly<{ hashed: number; verified: number; peak: number }> => ({ hashed, verified, peak })
	};
}
