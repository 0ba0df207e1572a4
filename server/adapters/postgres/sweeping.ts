import { setTimeout } from 'node:timers/promises';
import type { Log } from '#server/log';
import type { Records } from '#schema/records';

/** How long somebody else may be at the tables, who will not let a VACUUM in beside them. */
const LOCK_WITHIN = '1min';
const CLOSE_WITHIN_MS = 2_000;

/**
 * What a renewal replaced still lies in the tables' pages. This frees it for new rows, soon after and at nobody's cost: it
 * goes over the log of every document. The pages themselves are the database's.
 */
export class Sweeping {
	readonly #atLength: Records['atLength'];
	readonly #log: Log;
	#wanted = false;
	#underway: Promise<void> | null = null;

	constructor(atLength: Records['atLength'], log: Log) {
		this.#atLength = atLength;
		this.#log = log;
	}

	/** Asks for it, and waits for nothing. What is asked while one is under way is done by one more. */
	ask(): void {
		this.#wanted = true;
		this.#underway ??= this.#sweep();
	}

	/** Waits for what is under way, but not for long: the database ends it without us. */
	async close(): Promise<void> {
		await Promise.race([this.#underway, setTimeout(CLOSE_WITHIN_MS, undefined, { ref: false })]);
	}

	/** An edge: what fails is made up for by the next, or by the database's own. */
	async #sweep(): Promise<void> {
		while (this.#wanted) {
			this.#wanted = false;
			await this.#atLength(async (client) => {
				await client.query(`SET lock_timeout = '${LOCK_WITHIN}'`);
				await client.query('VACUUM log_head, log_row, log_snapshot');
			}).catch((error: unknown) =>
				this.#log.warn({ err: error }, 'what was purged still lies in pages of the database: they could not be swept')
			);
		}
		this.#underway = null;
	}
}
