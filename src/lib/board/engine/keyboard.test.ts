import { expect, test } from 'vitest';
import { intentOf } from './keyboard.ts';

const held = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

test.each([
	['n', {}, { do: 'tool', tool: 'note' }],
	['N', { shiftKey: true }, { do: 'tool', tool: 'note' }],
	['z', { ctrlKey: true }, { do: 'undo' }],
	['Z', { metaKey: true, shiftKey: true }, { do: 'redo' }],
	['y', { ctrlKey: true }, { do: 'redo' }],
	['a', { ctrlKey: true }, { do: 'all' }],
	['a', {}, { do: 'tool', tool: 'arrow' }],
	['Tab', { shiftKey: true }, { do: 'walk', by: -1 }],
	['ArrowLeft', { shiftKey: true }, { do: 'nudge', dx: -10, dy: 0 }],
	['ArrowLeft', { altKey: true, shiftKey: true }, { do: 'pull', dx: -10, dy: 0 }],
	[' ', { shiftKey: true }, { do: 'pick' }],
	['?', { shiftKey: true }, { do: 'keys' }],
	['Escape', {}, { do: 'back' }]
] as const)('%s with %o means %o', (key, more, intent) => {
	expect(intentOf({ key, ...held, ...more })).toEqual(intent);
});

test('keys of the browser and of the clipboard are left alone', () => {
	for (const key of ['c', 'x', 'v', 'r', 'n', 't', 'l']) expect(intentOf({ key, ...held, ctrlKey: true })).toBeNull();
	expect(intentOf({ key: 'n', ...held, altKey: true })).toBeNull();
	expect(intentOf({ key: 'F5', ...held })).toBeNull();
	// Held, it pushes the board about.
	expect(intentOf({ key: ' ', ...held })).toBeNull();
});
