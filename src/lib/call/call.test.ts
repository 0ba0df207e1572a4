import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Device, Source, Wishes } from '#domain/call/state';
import { Call } from './call.svelte';
import type { MediaEvent, MediaRoom } from './media-room';
import type { Ticket } from './ticket';

const ticket: Ticket = { is: 'ticket', url: 'ws://x/livekit', token: 't', identity: 'ada:1' };

class FakeRoom implements MediaRoom {
	readonly members = [];
	readonly self = null;
	readonly soundBlocked = false;
	readonly sent: Record<Source, boolean> = { mic: false, camera: false };
	subscriptions = 0;
	left = false;
	answer: (source: Source, on: boolean) => Promise<Device> | Device = (_, on) => (on ? 'on' : 'off');
	readonly tell: (event: MediaEvent) => void;
	constructor(tell: (event: MediaEvent) => void) {
		this.tell = tell;
	}
	async connect(): Promise<void> {}
	async leave(): Promise<void> {
		this.left = true;
	}
	async set(source: Source, on: boolean): Promise<Device> {
		const device = await this.answer(source, on);
		this.sent[source] = device === 'on';
		return device;
	}
	subscribe(): void {
		this.subscriptions++;
	}
	async startSound(): Promise<void> {}
}

function person(
	wishes: Wishes,
	options: { mayPublish?: boolean; answers?: Ticket[]; device?: FakeRoom['answer'] } = {}
) {
	const rooms: FakeRoom[] = [];
	const answers = options.answers ?? [];
	let saved = wishes;
	const call = new Call({
		ask: async () => answers.shift() ?? ticket,
		load: async () => (tell) => {
			const room = new FakeRoom(tell);
			if (options.device) room.answer = options.device;
			rooms.push(room);
			return room;
		},
		wishes: { load: () => saved, save: (next) => void (saved = next) },
		mayPublish: options.mayPublish ?? true,
		now: Date.now,
		chance: () => 0.5
	});
	const room = (): FakeRoom => {
		const last = rooms.at(-1);
		if (!last) throw new Error('no room was opened');
		return last;
	};
	return { call, rooms, room, saved: () => saved };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a join brings the microphone and camera that were chosen last time', async () => {
	const ada = person({ mic: true, camera: false });
	await ada.call.join();
	expect(ada.call.state).toEqual({ is: 'in', mic: 'on', camera: 'off' });
	expect(ada.room().sent).toEqual({ mic: true, camera: false });
	expect(ada.call.identity).toBe('ada:1');
});

test('a choice is remembered for the next call', async () => {
	const ada = person({ mic: true, camera: false });
	await ada.call.join();
	await ada.call.want('camera', true);
	expect(ada.saved()).toEqual({ mic: true, camera: true });
});

test('a viewer joins and sends nothing', async () => {
	const bo = person({ mic: true, camera: true }, { mayPublish: false });
	await bo.call.join();
	await bo.call.want('mic', true);
	expect(bo.call.state).toEqual({ is: 'in', mic: 'not-yours', camera: 'not-yours' });
	expect(bo.room().sent).toEqual({ mic: false, camera: false });
});

test('who muted while the connection was away comes back muted, and everyone is subscribed again', async () => {
	const ada = person({ mic: true, camera: true });
	await ada.call.join();
	const room = ada.room();
	room.tell({ is: 'reconnecting' });
	expect(ada.call.state.is).toBe('reconnecting');
	await ada.call.want('mic', false);
	// What a media client does that republishes its tracks as they were.
	room.sent.mic = true;
	room.tell({ is: 'reconnected' });
	await vi.waitFor(() => expect(room.sent.mic).toBe(false));
	expect(ada.call.state).toEqual({ is: 'in', mic: 'off', camera: 'on' });
	expect(room.subscriptions).toBeGreaterThan(0);
});

test('a lost room is joined again with a fresh ticket, and no ghost of the old one stays', async () => {
	const ada = person({ mic: false, camera: true }, { answers: [ticket, { is: 'later', why: 'call.down' }] });
	await ada.call.join();
	ada.room().tell({ is: 'ended', why: 'lost' });
	await vi.waitFor(() => expect(ada.call.state).toEqual({ is: 'waiting', why: 'call.down' }));
	expect(ada.call.identity).toBeNull();
	await vi.advanceTimersByTimeAsync(600);
	expect(ada.call.state).toEqual({ is: 'in', mic: 'off', camera: 'on' });
	expect(ada.rooms.map((room) => room.left)).toEqual([true, false]);
	expect(ada.call.identity).toBe('ada:1');
});

test('who waited for the media server longer than a minute comes in muted and unseen', async () => {
	const down: Ticket = { is: 'later', why: 'call.down' };
	const ada = person({ mic: true, camera: true }, { answers: Array.from({ length: 11 }, () => down) });
	void ada.call.join();
	await vi.advanceTimersByTimeAsync(200_000);
	expect(ada.call.state).toEqual({ is: 'in', mic: 'off', camera: 'off' });
});

test('leaving ends the waiting, and nothing joins afterwards', async () => {
	const ada = person({ mic: true, camera: true }, { answers: [{ is: 'later', why: 'call.down' }] });
	void ada.call.join();
	await vi.waitFor(() => expect(ada.call.state.is).toBe('waiting'));
	await ada.call.leave();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ada.call.state).toEqual({ is: 'out', why: null });
	expect(ada.rooms).toEqual([]);
});

test('a refusal ends the join and says why', async () => {
	const ada = person({ mic: true, camera: true }, { answers: [{ is: 'no', why: 'signed-out' }] });
	await ada.call.join();
	expect(ada.call.state).toEqual({ is: 'out', why: 'signed-out' });
});

test('without a camera the call goes on, the control says so, and a reconnect does not ask for it again', async () => {
	const device = vi.fn((source: Source, on: boolean): Device => (!on ? 'off' : source === 'camera' ? 'missing' : 'on'));
	const ada = person({ mic: true, camera: true }, { device });
	await ada.call.join();
	expect(ada.call.state).toEqual({ is: 'in', mic: 'on', camera: 'missing' });
	device.mockClear();
	ada.room().tell({ is: 'reconnecting' });
	ada.room().tell({ is: 'reconnected' });
	await vi.waitFor(() => expect(device).toHaveBeenCalled());
	expect(device).not.toHaveBeenCalledWith('camera', true);
});

test('of several quick presses the last one counts', async () => {
	const ada = person({ mic: false, camera: false });
	await ada.call.join();
	await Promise.all([ada.call.toggle('mic'), ada.call.toggle('mic'), ada.call.toggle('mic')]);
	await vi.waitFor(() => expect(ada.call.state).toEqual({ is: 'in', mic: 'on', camera: 'off' }));
	expect(ada.room().sent.mic).toBe(true);
});

test('a changed role joins anew, and a new voice begins muted', async () => {
	const bo = person({ mic: true, camera: true }, { mayPublish: false });
	await bo.call.join();
	await bo.call.allow(true);
	expect(bo.call.state).toEqual({ is: 'in', mic: 'off', camera: 'off' });
	expect(bo.rooms.map((room) => room.left)).toEqual([true, false]);
});

test('who is put out because their role changed comes back with what they may do now, as they were', async () => {
	const ada = person({ mic: true, camera: false });
	await ada.call.join();
	ada.room().tell({ is: 'put-out' });
	await vi.waitFor(() => expect(ada.call.state).toEqual({ is: 'in', mic: 'on', camera: 'off' }));
	expect(ada.rooms.map((room) => room.left)).toEqual([true, false]);
});

test('who is put out and made a viewer, in whichever order they hear of it, listens on', async () => {
	for (const order of ['role first', 'put out first']) {
		const ada = person({ mic: true, camera: true });
		await ada.call.join();
		const old = ada.room();
		if (order === 'role first') void ada.call.allow(false);
		old.tell({ is: 'put-out' });
		if (order === 'put out first') void ada.call.allow(false);
		await vi.waitFor(() => expect(ada.call.state, order).toEqual({ is: 'in', mic: 'not-yours', camera: 'not-yours' }));
		expect(ada.room().sent, order).toEqual({ mic: false, camera: false });
		expect(old.left, order).toBe(true);
	}
});

test('who is put out and gets no other ticket is out, and is told why', async () => {
	const ada = person({ mic: true, camera: true }, { answers: [ticket, { is: 'no', why: 'signed-out' }] });
	await ada.call.join();
	ada.room().tell({ is: 'put-out' });
	await vi.waitFor(() => expect(ada.call.state).toEqual({ is: 'out', why: 'signed-out' }));
	expect(ada.room().left).toBe(true);
});

test('who is put out again at once stays out', async () => {
	const ada = person({ mic: true, camera: true });
	await ada.call.join();
	ada.room().tell({ is: 'put-out' });
	await vi.waitFor(() => expect(ada.call.state.is).toBe('in'));
	ada.room().tell({ is: 'put-out' });
	expect(ada.call.state).toEqual({ is: 'out', why: 'removed' });
	expect(ada.rooms).toHaveLength(2);
});
