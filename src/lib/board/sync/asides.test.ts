import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Asides } from './asides.ts';
import type { Ending } from './ending.ts';
import { NO_COPY } from './local-copy.ts';
import { together } from './unsaved.ts';

/** What lies aside after an ending, in a browser that keeps nothing. */
async function asideAfter(ending: Ending | null) {
	const doc = new Y.Doc();
	doc.getMap('els').set('mine', 1);
	return new Asides(
		doc,
		NO_COPY,
		() => ending,
		() => together([])
	).takeOut();
}

test.each(['refused', 'too-large', 'full'] as const)(
	'what was %s is set aside, even when nobody counted it',
	async (why) => {
		const aside = await asideAfter({ why, n: 0 });
		expect(aside).toMatchObject({ n: 0, why, kept: false });
		const copy = new Y.Doc();
		if (aside) Y.applyUpdate(copy, aside.copy);
		expect(copy.getMap('els').toJSON()).toEqual({ mine: 1 });
	}
);

test('of who may not write any more, only work that is here alone is set aside', async () => {
	expect(await asideAfter({ why: 'role', n: 0 })).toBeNull();
	expect(await asideAfter({ why: 'role', n: 2 })).toMatchObject({ n: 2, why: 'role' });
});

test('nothing is set aside while the line stands, nor after an end at which the work stays in the copy or goes with it', async () => {
	expect(await asideAfter(null)).toBeNull();
	for (const why of ['signed-out', 'unknown', 'too-old', 'malformed'] as const) {
		expect(await asideAfter({ why, n: 1 })).toBeNull();
	}
});

test('what is put in again is a change by hand, which leaves for the server', async () => {
	const aside = await asideAfter({ why: 'full', n: 1 });
	const doc = new Y.Doc();
	const origins: unknown[] = [];
	doc.on('update', (_update, origin) => origins.push(origin));
	if (aside)
		await new Asides(
			doc,
			NO_COPY,
			() => null,
			() => together([])
		).putIn(aside);
	expect(doc.getMap('els').toJSON()).toEqual({ mine: 1 });
	expect(origins.map((origin) => NO_COPY.owns(origin))).toEqual([false]);
});
