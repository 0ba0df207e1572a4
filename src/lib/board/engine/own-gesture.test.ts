import { expect, test } from 'vitest';
import type { ElementId } from '../../../domain/board/element.ts';
import { encodeLive, LIVE, LIVE_MAX_BYTES, type LiveMessage } from '../../../domain/wire/live.ts';
import { OwnGesture } from './own-gesture.ts';

/** Ids as long as ours, some of them with letters of several bytes, as another program may choose them. */
const ids: readonly ElementId[] = Array.from({ length: 10_000 }, (_, n) => `${n}`.padStart(15, n % 3 ? 'x' : '界'));

function gesture() {
	const sent: LiveMessage[] = [];
	const own = new OwnGesture(
		(message) => sent.push(message),
		() => undefined,
		() => 0
	);
	return { own, sent, largest: () => Math.max(...sent.map((message) => encodeLive(message).length)) };
}

test('a drag of ten thousand things stays below what the server takes, and tells of as many as fit', () => {
	const { own, sent, largest } = gesture();
	own.begin({ do: 'move', ids });
	own.delta([12, 34]);
	own.end(true);
	expect(largest()).toBeLessThanOrEqual(LIVE_MAX_BYTES);
	expect((sent[0]?.payload as { ids: string[] }).ids.length).toBeGreaterThan(1_000);
	expect(sent.map(({ phase }) => phase)).toEqual([LIVE.begin, LIVE.delta, LIVE.end]);
});

test('so does a resize, whose every step says each place; it tells only of places that it began with', () => {
	const { own, sent, largest } = gesture();
	own.begin({ do: 'resize', ids });
	own.delta(Object.fromEntries(ids.map((id) => [id, [-9_999_999.25, 9_999_999.25, 99_999.125, 99_999.125] as const])));
	own.end(true);
	expect(largest()).toBeLessThanOrEqual(LIVE_MAX_BYTES);
	const told = (sent[0]?.payload as { ids: string[] }).ids;
	expect(told.length).toBeGreaterThan(100);
	expect(Object.keys(sent[1]?.payload as object)).toEqual(told);
});

test('a few things are told of whole', () => {
	const { own, sent } = gesture();
	own.begin({ do: 'resize', ids: ['a', 'b'] });
	own.delta({ a: [0, 0, 1, 1], b: [0, 0, 2, 2] });
	expect(sent.map(({ payload }) => payload)).toEqual([
		{ do: 'resize', ids: ['a', 'b'] },
		{ a: [0, 0, 1, 1], b: [0, 0, 2, 2] }
	]);
});
