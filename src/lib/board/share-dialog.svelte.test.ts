import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import ShareDialog from './ShareDialog.svelte';

const LINK = { id: 'one', role: 'editor', url: 'https://board.example/g/secret', expiresAt: null };
let withdrawing: () => Promise<Response>;
let links: readonly (typeof LINK)[];
let shown: ReturnType<typeof mount>;

beforeEach(() => {
	links = [LINK];
	vi.stubGlobal('fetch', (_: string, init?: RequestInit) =>
		init?.method === 'DELETE' ? withdrawing() : Promise.resolve(Response.json({ links }))
	);
	shown = mount(ShareDialog, { target: document.body, props: { open: true, board: 'b', team: 't' } });
});

afterEach(async () => {
	await unmount(shown);
	vi.unstubAllGlobals();
});

async function withdraw(): Promise<void> {
	const button = await vi.waitFor(() => {
		flushSync();
		const found = [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === 'Withdraw');
		if (!found) throw new Error('no link is shown');
		return found;
	});
	button.click();
}

const said = () => {
	flushSync();
	return document.querySelector('[role="alert"]')?.textContent ?? '';
};

test('a link that could not be withdrawn is still there, and why is said', async () => {
	withdrawing = async () => Response.json({ message: 'Your role on this board may not do that.' }, { status: 403 });
	await withdraw();
	await vi.waitFor(() => expect(said()).toContain('may not do that'));
	// The list is read again after it; that takes no words away.
	await new Promise(setImmediate);
	expect(said()).toContain('may not do that');

	withdrawing = () => Promise.reject(new TypeError('Failed to fetch'));
	await withdraw();
	await vi.waitFor(() => expect(said()).toContain('cannot be reached'));
});

test('what was refused is said no longer when the next try goes well', async () => {
	withdrawing = async () => Response.json({ message: 'Not now.' }, { status: 503 });
	await withdraw();
	await vi.waitFor(() => expect(said()).toContain('Not now.'));
	withdrawing = async () => {
		links = [];
		return new Response(null, { status: 204 });
	};
	await withdraw();
	await vi.waitFor(() => expect(said()).toBe(''));
});
