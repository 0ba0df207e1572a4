import { expect, test } from 'vitest';
import { supersededWords } from './superseded.ts';

const noor = { id: 'n', name: 'Noor', colour: 1, guest: false, role: 'editor' } as const;
const known = { of: (client: number) => (client === 7 ? noor : undefined) };

test.each([
	['moved', 'Noor moved it since, so it stays.'],
	['deleted', 'Noor deleted it since, so it stays that way.'],
	['written', 'Noor wrote in it, so it stays.'],
	['changed', 'Noor changed it since, so it stays.']
] as const)('an undo that somebody else made pointless names them: %s', (what, words) => {
	expect(supersededWords({ is: 'superseded', what: 'moved', since: { client: 7, what } }, known, 'me')).toBe(words);
});

test('the same person in another window, and nobody the server has named, are said as they are', () => {
	const since = { client: 7, what: 'moved' } as const;
	expect(supersededWords({ is: 'superseded', what: 'moved', since }, known, 'n')).toMatch(/^You changed it/);
	expect(supersededWords({ is: 'superseded', what: 'moved', since: { client: 9, what: 'moved' } }, known, 'n')).toMatch(
		/^Someone/
	);
	expect(supersededWords({ is: 'superseded', what: 'moved', since: null }, known, 'n')).toMatch(/^Someone/);
});
