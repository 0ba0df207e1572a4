import { expect, test } from 'vitest';
import { facesAtCursors, inCallBy, tilesOf } from './tiles.ts';

const ada = { id: 'ada', name: 'Ada', colour: 1 };
const bo = { id: 'bo', name: 'Bo', colour: 2 };
const inCall = (identity: string, joinedAt = 0) => ({ identity, name: identity, joinedAt });
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

test('who is at the board has a tile, in the call or not, and oneself comes last', () => {
	const tiles = tilesOf([ada, bo], [inCall('bo:1')], ada, compare);
	expect(tiles.map(({ person, member }) => [person, member?.identity ?? null])).toEqual([
		['bo', 'bo:1'],
		['ada', null]
	]);
});

test('two tabs of a person are one tile, which shows the tab that joined last', () => {
	const tiles = tilesOf([bo, bo], [inCall('bo:old', 1), inCall('bo:new', 2)], ada, compare);
	expect(tiles.filter((tile) => tile.person === 'bo').map((tile) => tile.member?.identity)).toEqual(['bo:new']);
});

test('who is in the call and not at the board is seen too', () => {
	expect(tilesOf([], [inCall('noor:1')], ada, compare).map((tile) => tile.person)).toEqual(['noor', 'ada']);
});

test('a face goes to the cursor of its own person only', () => {
	const here = new Map([
		[1, ada],
		[2, bo]
	]);
	const claims: [number, string][] = [
		[1, 'bo:1'],
		[2, 'bo:1']
	];
	expect(facesAtCursors([inCall('bo:1')], claims, here).map((face) => face.client)).toEqual([2]);
});

test('who says of themselves that they are in the call is in it, if the server knows that person behind that browser', () => {
	const here = new Map([
		[1, ada],
		[2, bo]
	]);
	const known = inCallBy(
		[
			[1, 'bo:1'],
			[2, 'bo:1'],
			[3, 'noor:1']
		],
		here
	);
	expect([...known]).toEqual(['bo']);
	expect(tilesOf(here.values(), [], ada, compare, known).map(({ person, inCall }) => [person, inCall])).toEqual([
		['bo', true],
		['ada', false]
	]);
});
