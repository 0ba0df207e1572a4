import type pg from 'pg';

/** Does the work in one transaction; when it throws, nothing was done. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	try {
		await client.query('BEGIN');
		const result = await work(client);
		await client.query('COMMIT');
		client.release();
		return result;
	} catch (error) {
		client.release(true); // an open transaction ends with its connection
		throw error;
	}
}
