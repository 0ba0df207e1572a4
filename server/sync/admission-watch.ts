import type { Log } from '#server/log';
import type { Access, Admission } from '#server/ports/access';
import type { Clock } from '#server/ports/clock';

type Deps = Readonly<{
	access: Access;
	clock: Clock;
	log: Log;
	/** What the admission is worth now; `unknown` when it may have changed and nobody could be asked. */
	onAnswer: (now: Admission | 'ended' | 'gone' | 'unknown') => void;
	/** The answer could not be acted on, by a fault of ours. */
	onFault: () => void;
}>;

/** The longest a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** So that a session which ends by the clock is over by then for whoever is asked. */
const LATER_MS = 50;

/** Asks again what an admission is worth: when it is told to, and when the session should end by the clock. */
export class AdmissionWatch {
	readonly #deps: Deps;
	#admission: Admission;
	#timer: NodeJS.Timeout | null = null;
	#asking: Promise<void> = Promise.resolve();
	/** Whether a question waits for the one before it. */
	#due = false;
	/** Whether there is a reason to ask, beyond being sure. */
	#doubted = false;
	#stopped = false;

	constructor(admission: Admission, deps: Deps) {
		this.#admission = admission;
		this.#deps = deps;
		this.#awaitExpiry();
	}

	/** Something that the admission rests on has changed. */
	ask(): void {
		this.#doubted = true;
		this.reassure();
	}

	/**
	 * Asks to be sure: while nobody can be asked, all stays as it is. One question after the other: a later answer is never
	 * overtaken by an earlier one.
	 */
	reassure(): void {
		// What waits to be asked will be answered with what is true then.
		if (this.#due) return;
		this.#due = true;
		this.#asking = this.#asking
			.then(() => this.#askNow())
			.catch((error: unknown) => {
				this.#deps.log.error({ err: error }, 'an admission could not be judged');
				this.#deps.onFault();
			});
	}

	async #askNow(): Promise<void> {
		this.#due = false;
		if (this.#stopped) return;
		const doubted = this.#doubted;
		this.#doubted = false;
		const now = await this.#deps.access.again(this.#admission).catch((error: unknown) => {
			this.#deps.log.warn({ err: error }, 'access could not be asked again');
			return 'unknown' as const;
		});
		if (this.#stopped || (now === 'unknown' && !doubted)) return;
		if (typeof now !== 'string') {
			this.#admission = now;
			this.#awaitExpiry();
		}
		this.#deps.onAnswer(now);
	}

	stop(): void {
		this.#stopped = true;
		if (this.#timer) clearTimeout(this.#timer);
	}

	#awaitExpiry(): void {
		if (this.#timer) clearTimeout(this.#timer);
		const leftMs = Math.max(0, this.#admission.expiresAt - this.#deps.clock.now()) + LATER_MS;
		const again = leftMs > MAX_TIMER_MS ? () => this.#awaitExpiry() : () => this.ask();
		this.#timer = setTimeout(again, Math.min(leftMs, MAX_TIMER_MS));
		this.#timer.unref();
	}
}
