import { expect, test } from 'vitest';
import { Owners } from './owners.ts';

function owners({ perPerson = 10, inAll = 100, here = [] as number[], at = 1_000 } = {}) {
	return new Owners({ perPerson, inAll, isHere: (client) => here.includes(client), now: () => at });
}

test('a clientID stays with who was first heard with it', () => {
	const some = owners();
	expect(some.take(7, 'ada')).toBe(true);
	expect(some.take(7, 'bo')).toBe(false);
	expect(some.take(7, 'ada')).toBe(true);
	expect(some.of(7)).toBe('ada');
});

test('two nodes that differ come to the same answer, whichever hears of the other first', () => {
	const [one, other] = [owners({ at: 1_000 }), owners({ at: 2_000 })];
	one.take(7, 'ada');
	other.take(7, 'bo');
	const [told] = other.told();
	expect(told && one.learn(told)).toBe(false);
	for (const said of one.told()) expect(other.learn(said)).toBe(true);
	expect([one.of(7), other.of(7)]).toEqual(['ada', 'ada']);
	// Within the same millisecond too.
	const [third, fourth] = [owners(), owners()];
	third.take(8, 'ada');
	fourth.take(8, 'bo');
	const [fromThird, fromFourth] = [third.told(), fourth.told()];
	for (const said of fromFourth) third.learn(said);
	for (const said of fromThird) fourth.learn(said);
	expect(third.told()).toEqual(fourth.told());
});

test('of one person the newest are kept, and all that are here', () => {
	const some = owners({ perPerson: 3, here: [1] });
	for (const client of [1, 2, 3, 4, 5]) some.take(client, 'ada');
	expect(some.told().map(({ client }) => client)).toEqual([1, 4, 5]);
});

test('who makes many pushes out their own only', () => {
	const some = owners({ inAll: 10 });
	some.take(1, 'ada');
	for (let client = 100; client < 200; client++) some.take(client, 'bo');
	expect(some.of(1)).toBe('ada');
	expect(some.told()).toHaveLength(10);
});
