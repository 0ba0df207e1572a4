// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFresh } from './keep-fresh';

const ask = vi.fn<() => void>();
const tell = vi.fn<(fresh: boolean) => void>();
let answer: () => Promise<Response>;
let stop: () => void;

beforeEach(() => {
	vi.useFakeTimers();
	ask.mockReset();
	tell.mockReset();
	vi.stubGlobal('fetch', () => answer());
	stop = keepFresh({ ask, tell });
});

afterEach(() => {
	stop();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('while nobody answers nothing is asked for, and it goes on when somebody does', async () => {
	answer = () => Promise.reject(new TypeError('Failed to fetch'));
	await vi.advanceTimersByTimeAsync(20_000);
	expect(tell.mock.calls).toEqual([[false], [false], [false]]);
	expect(ask).not.toHaveBeenCalled();

	answer = async () => new Response('{}');
	await vi.advanceTimersByTimeAsync(10_000);
	expect(tell).toHaveBeenLastCalledWith(true);
	expect(ask).toHaveBeenCalledOnce();
});

test('a server without its database is as good as none, and whoever is signed out is asked about', async () => {
	answer = async () => new Response('{}', { status: 503 });
	await vi.advanceTimersByTimeAsync(10_500);
	expect(ask).not.toHaveBeenCalled();

	answer = async () => new Response('{}', { status: 401 });
	await vi.advanceTimersByTimeAsync(10_000);
	expect(ask).toHaveBeenCalledOnce();
});

test('who left a board for this page is not shown there for long', async () => {
	answer = async () => new Response('{}');
	await vi.advanceTimersByTimeAsync(1_000);
	expect(ask).toHaveBeenCalledOnce();
});

test('the network coming back is looked at in that moment', async () => {
	answer = async () => new Response('{}');
	window.dispatchEvent(new Event('online'));
	await vi.advanceTimersByTimeAsync(0);
	expect(ask).toHaveBeenCalledOnce();
});

test('an answer that comes after the page was left changes nothing', async () => {
	const { promise, resolve } = Promise.withResolvers<Response>();
	answer = () => promise;
	await vi.advanceTimersByTimeAsync(10_000);
	stop();
	resolve(new Response('{}'));
	await vi.advanceTimersByTimeAsync(0);
	expect(tell).not.toHaveBeenCalled();
	expect(ask).not.toHaveBeenCalled();
});
