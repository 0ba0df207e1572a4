import { expect, test } from 'vitest';
import { KnownPeople } from './known-people.ts';
import { People } from './sync/people.ts';

test('who has left is still known by client and by id', () => {
	const people = new People();
	const known = new KnownPeople(people);
	const noor = { id: 'n', name: 'Noor', colour: 1, guest: false, role: 'editor' } as const;
	people.take({ type: 'people', here: { 7: noor }, gone: [] });
	people.take({ type: 'people', here: {}, gone: [7] });
	expect(people.of(7)).toBeUndefined();
	expect(known.of(7)).toEqual(noor);
	expect(known.nameOf('n')).toBe('Noor');
	known.destroy();
	people.take({ type: 'people', here: { 8: { ...noor, id: 'o', name: 'Otis' } }, gone: [] });
	expect(known.of(8)).toBeUndefined();
});
