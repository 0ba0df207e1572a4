import { expect, test } from 'vitest';
import { together, Unsaved } from './unsaved.ts';

test('a change counts from its making until the message that carries it is durable', () => {
	const unsaved = new Unsaved();
	unsaved.changed(['b']);
	expect(unsaved.count).toBe(1);
	unsaved.sent();
	expect(unsaved.count).toBe(1);
	unsaved.saved(1);
	expect(unsaved.count).toBe(0);
	expect(unsaved.underway).toBe(false);
});

test('one message carries all that waited, and a later one only what came after it', () => {
	const unsaved = new Unsaved();
	unsaved.changed(['c']);
	unsaved.changed(['d']);
	unsaved.sent();
	unsaved.changed(['e']);
	unsaved.sent();
	expect(unsaved.count).toBe(3);
	unsaved.saved(1);
	expect(unsaved.count).toBe(1);
	unsaved.saved(2);
	expect(unsaved.count).toBe(0);
});

test('one answer can deal with several messages, and an older one takes nothing back', () => {
	const unsaved = new Unsaved();
	for (let i = 0; i < 5; i++) {
		unsaved.changed([`note ${i}`]);
		unsaved.sent();
	}
	unsaved.saved(4);
	unsaved.saved(2);
	expect(unsaved.count).toBe(1);
});

test('a message without a change of a person is under way all the same: a step 2 may carry what an earlier page made', () => {
	const unsaved = new Unsaved();
	unsaved.sent();
	expect(unsaved.count).toBe(0);
	expect(unsaved.underway).toBe(true);
	unsaved.saved(1);
	expect(unsaved.underway).toBe(false);
});

test('what a lost socket had not acknowledged waits for the first message of the next one, which counts from 1 again', () => {
	const unsaved = new Unsaved();
	for (let i = 0; i < 3; i++) {
		unsaved.changed([`note ${i}`]);
		unsaved.sent();
	}
	unsaved.saved(1);
	unsaved.changed(['f']);
	unsaved.lost();
	expect(unsaved.count).toBe(3);
	expect(unsaved.underway).toBe(false);
	unsaved.sent();
	expect(unsaved.count).toBe(3);
	unsaved.saved(1);
	expect(unsaved.count).toBe(0);
});

test('work that left in several messages is saved with the last of them, and not before', () => {
	const unsaved = new Unsaved();
	unsaved.changed(['a', 'b']);
	unsaved.sent(3);
	unsaved.saved(2);
	expect(unsaved.count).toBe(2);
	unsaved.saved(3);
	expect(unsaved.count).toBe(0);
	expect(unsaved.underway).toBe(false);
});

test('what happens to one thing is one change, also while parts of it are under way; an earlier visit’s come on top', () => {
	const unsaved = new Unsaved();
	unsaved.inherited({ ...together([]), more: 2 });
	for (let letter = 0; letter < 30; letter++) {
		unsaved.changed(['note']);
		if (letter % 10 === 0) unsaved.sent();
	}
	expect(unsaved.count).toBe(3);
	unsaved.saved(3);
	expect(unsaved.count).toBe(1);
	unsaved.lost();
	unsaved.changed(['note', 'arrow']);
	expect(unsaved.count).toBe(2);
});

test('what was written is not saved from the clock of the first message on that is not', () => {
	const unsaved = new Unsaved();
	for (const clock of [0, 3, 7]) {
		unsaved.wrote({ since: new Map([[1, clock]]), taken: [] });
		unsaved.sent();
	}
	unsaved.saved(1);
	expect(unsaved.load.since).toEqual(new Map([[1, 3]]));
	unsaved.lost();
	unsaved.wrote({ since: new Map([[2, 0]]), taken: [] });
	expect([...unsaved.load.since].toSorted()).toEqual([
		[1, 3],
		[2, 0]
	]);
});
