import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '#server/log';
import type { Bus } from '#server/ports/bus';
import { DEFAULT_LIMITS } from './limits.ts';
import { Whereabouts } from './whereabouts.ts';

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 2_000, interval: 2 });
const person = (id: string) => ({ id, name: id.toUpperCase() });

/** Carries everything to everyone, later. */
function busOfOne(): Pick<Bus, 'publish' | 'subscribe'> {
	const listeners = new Set<(message: Uint8Array) => void>();
	return {
		publish: (_topic, message) => queueMicrotask(() => listeners.forEach((listener) => listener(message))),
		subscribe: async (_topic, listener) => {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		}
	};
}

async function twoNodes(nodeSilentMs = 10_000) {
	const bus = busOfOne();
	const said: Uint8Array[] = [];
	let lossy = false;
	const losing = { ...bus, publish: (topic: string, bytes: Uint8Array) => lossy || bus.publish(topic, bytes) };
	await bus.subscribe('whereabouts', (bytes) => said.push(bytes));
	const limits = { ...DEFAULT_LIMITS, whereaboutsMs: 5, nodeSilentMs };
	const log = createLog({ logLevel: 'silent' });
	const [one, other] = [new Whereabouts('one', losing, limits, log), new Whereabouts('other', bus, limits, log)];
	for (const node of [one, other]) {
		await node.open();
		onTestFinished(() => node.close());
	}
	const at = (board: string) => other.at(board).map(({ id }) => id);
	return { one, other, at, said, lose: (all: boolean) => void (lossy = all) };
}

test('another node knows who is at a board, each person once, and who left it', async () => {
	const { one, other, at } = await twoNodes();
	const [phone, laptop, bo] = [{}, {}, {}];
	one.enter('plans', phone, person('ada'));
	one.enter('plans', laptop, person('ada'));
	one.enter('retro', bo, person('bo'));
	other.enter('plans', {}, person('cem'));
	await until(() => expect([at('plans'), at('retro')]).toEqual([['cem', 'ada'], ['bo']]));
	one.leave('plans', phone);
	one.leave('retro', bo);
	await until(() => expect([at('plans'), at('retro')]).toEqual([['cem', 'ada'], []]));
	one.leave('plans', laptop);
	await until(() => expect(at('plans')).toEqual(['cem']));
});

test('what was lost on the way is told with the next beat', async () => {
	const { one, at, lose } = await twoNodes();
	one.enter('plans', {}, person('ada'));
	const bo = {};
	one.enter('retro', bo, person('bo'));
	await until(() => expect(at('retro')).toEqual(['bo']));
	lose(true);
	one.enter('plans', {}, person('cem'));
	one.leave('retro', bo);
	one.beat();
	lose(false);
	expect([at('plans'), at('retro')]).toEqual([['ada'], ['bo']]);
	one.beat();
	await until(() => expect([at('plans'), at('retro')]).toEqual([['ada', 'cem'], []]));
});

test('a crowd that comes is told of together, and nobody else with it', async () => {
	const { one, at, said } = await twoNodes();
	for (let n = 0; n < 1_000; n++) one.enter(`quiet-${n}`, {}, person(`p${n}`));
	await until(() => expect(at('quiet-999')).toEqual(['p999']));
	said.length = 0;
	for (let n = 0; n < 500; n++) {
		one.enter('busy', {}, person(`q${n}`));
		await new Promise(setImmediate);
	}
	await until(() => expect(at('busy')).toHaveLength(500));
	// Told one by one it would be 500 times up to 1,500 people.
	expect(said.reduce((bytes, { byteLength }) => bytes + byteLength, 0)).toBeLessThan(500 * 500 * 10);
	for (const bytes of said) expect(new TextDecoder().decode(bytes)).not.toContain('quiet');
});

test('a node that fell silent is forgotten', async () => {
	const { one, other, at } = await twoNodes(0);
	one.enter('plans', {}, person('ada'));
	await until(() => expect(at('plans')).toEqual(['ada']));
	other.beat();
	expect(at('plans')).toEqual([]);
});
