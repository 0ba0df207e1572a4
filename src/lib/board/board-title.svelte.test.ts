import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import BoardTitle from './BoardTitle.svelte';

function titled(title: string) {
	const props = $state({
		title,
		mayRename: true,
		onrename: vi.fn(async (_title: string) => true),
		ondone: vi.fn()
	});
	const shown = mount(BoardTitle, { target: document.body, props });
	onTestFinished(() => unmount(shown));
	flushSync();
	const box = document.querySelector('input');
	if (!box) throw new Error('there is no field');
	const press = (init: KeyboardEventInit) => {
		box.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
		flushSync();
	};
	const type = (words: string) => {
		box.value = words;
		box.dispatchEvent(new InputEvent('input', { bubbles: true }));
		flushSync();
	};
	return { props, box, press, type };
}

test('an input method’s own Enter and Escape leave the name in hand', () => {
	const { props, box, press, type } = titled('Plan');
	type('計画');
	press({ key: 'Enter', isComposing: true });
	press({ key: 'Escape', isComposing: true });
	expect(props.ondone).not.toHaveBeenCalled();
	expect(box.value).toBe('計画');
});

test('a name that somebody else gives meanwhile does not take the place of what is being typed', () => {
	const { props, box, press, type } = titled('Plan');
	type('Plan of Thursday');
	props.title = 'Their name';
	flushSync();
	expect(box.value).toBe('Plan of Thursday');
	press({ key: 'Escape' });
	expect(box.value).toBe('Their name');
});

test('the stand-in of a new board, in whichever language it was made, is no name: what is typed does not lie behind it', () => {
	const { props, box, press, type } = titled('Bord zonder naam');
	expect([box.value, box.placeholder]).toEqual(['', 'Bord zonder naam']);
	type('Week');
	press({ key: 'Escape' });
	expect(box.value).toBe('');
	props.title = 'Plan';
	flushSync();
	expect([box.value, box.placeholder]).toEqual(['Plan', '']);
});

test('leaving the field keeps a new name, and an empty one is not taken', async () => {
	const { props, box, type } = titled('Plan');
	type('  ');
	box.dispatchEvent(new FocusEvent('blur'));
	await vi.waitFor(() => expect(box.value).toBe('Plan'));
	expect(props.onrename).not.toHaveBeenCalled();
	type('Week');
	box.dispatchEvent(new FocusEvent('blur'));
	await vi.waitFor(() => expect(props.onrename).toHaveBeenCalledWith('Week'));
});
