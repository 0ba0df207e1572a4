/** Does the work for each item, at most so many at once, in order of their beginning. Rejects with the first failure. */
export async function atMost<T>(atOnce: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
	const left = items[Symbol.iterator]();
	async function worker(): Promise<void> {
		for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
	}
	await Promise.all(Array.from({ length: atOnce }, worker));
}
