import { expect, test, vi } from 'vitest';
import type { Person } from '../../../domain/wire/control.ts';
import { People } from './people.ts';

const person = (id: string, more: Partial<Person> = {}): Person => ({
	id,
	name: id,
	colour: 0,
	guest: false,
	role: 'editor',
	...more
});

test('who came stays until the server says that they are gone', () => {
	const people = new People();
	people.take({ type: 'people', here: { '7': person('ada'), '8': person('bo') }, gone: [] });
	people.take({ type: 'people', here: { '9': person('ada') }, gone: [8] });
	expect([...people.here].map(([client, { id }]) => [client, id])).toEqual([
		[7, 'ada'],
		[9, 'ada']
	]);
	expect(people.of(8)).toBeUndefined();
});

test('a clientID that left and came again in one message is here', () => {
	const people = new People();
	people.take({ type: 'people', here: { '7': person('ada') }, gone: [] });
	people.take({ type: 'people', here: { '7': person('ada', { role: 'viewer' }) }, gone: [7] });
	expect(people.of(7)?.role).toBe('viewer');
});

test('the same list is handed out until somebody comes or goes, and a list once handed out does not change', () => {
	const people = new People();
	people.take({ type: 'people', here: { '7': person('ada') }, gone: [] });
	const before = people.here;
	expect(people.here).toBe(before);
	people.take({ type: 'people', here: { '8': person('bo') }, gone: [] });
	expect(people.here).not.toBe(before);
	expect([...before.keys()]).toEqual([7]);
});

test('a lost socket leaves nobody here, and says so to whoever still listens', () => {
	const people = new People();
	const stays = vi.fn();
	const left = vi.fn();
	people.onChange(stays);
	people.onChange(left)();
	people.take({ type: 'people', here: { '7': person('ada') }, gone: [] });
	people.clear();
	expect(people.here.size).toBe(0);
	expect(stays).toHaveBeenCalledTimes(2);
	expect(left).not.toHaveBeenCalled();
});
