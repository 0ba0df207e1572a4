import type pg from 'pg';

/**
 * A commit answers when it is on disk, though somebody may have told the server that it need not be. What is stronger than
 * that (a standby is waited for) stays, and so does what is as strong on this machine. In one message: it costs no turn.
 */
const BEGIN_DURABLE = `BEGIN;
	SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;

/** Does the work in one transaction; when it throws, nothing was done. */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	return between(pool, 'BEGIN', work);
}

/** The same, and when it settles what was done outlives a power cut, however the server is tuned. */
export function inDurableTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	return between(pool, BEGIN_DURABLE, work);
}

async function between<T>(pool: pg.Pool, begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	try {
		await client.query(begin);
		const result = await work(client);
		await client.query('COMMIT');
		client.release();
		return result;
	} catch (error) {
		client.release(true); // an open transaction ends with its connection
		throw error;
	}
}
