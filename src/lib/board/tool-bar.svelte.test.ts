import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import ToolBar from './ToolBar.svelte';

test('undo and redo look usable only while there is something of one’s own to take back or do again', () => {
	const props = $state({
		tool: 'select' as const,
		mayEdit: true,
		canUndo: false,
		canRedo: false,
		onuse: vi.fn(),
		onundo: vi.fn(),
		onredo: vi.fn()
	});
	const shown = mount(ToolBar, { target: document.body, props });
	onTestFinished(() => unmount(shown));
	flushSync();
	const state = () =>
		['Undo', 'Redo'].map((name) => document.querySelector(`[aria-label="${name}"]`)?.getAttribute('aria-disabled'));
	expect(state()).toEqual(['true', 'true']);
	props.canUndo = true;
	flushSync();
	expect(state()).toEqual(['false', 'true']);
	props.canUndo = false;
	props.canRedo = true;
	flushSync();
	expect(state()).toEqual(['true', 'false']);
});
