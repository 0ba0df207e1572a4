/** The page of call.test.ts: a board's call without a board. Awareness and people are what the test says they are. */
import { mount } from 'svelte';
import type { Person } from '#domain/wire/control';
import BoardCall from '../../src/lib/call/BoardCall.svelte';
import { callOfBoard } from '../../src/lib/call/call-of-board';

const known: readonly Person[] = [
	{ id: 'ada', name: 'Ada Lovelace', colour: 0, guest: false, role: 'editor' },
	{ id: 'bo', name: 'Bo', colour: 5, guest: false, role: 'editor' },
	{ id: 'noor', name: 'Noor van der Meulen', colour: 3, guest: false, role: 'editor' }
];
const asked = new URLSearchParams(location.search);
const me = known.find((person) => person.id === asked.get('me'));
if (!me) throw new Error('?me= names nobody');
const here = new Map(known.map((person, client) => [client, person]));
const states = new Map<number, Record<string, unknown>>();
const listeners = new Set<() => void>();

Object.assign(window, {
	say(client: number, call: string) {
		states.set(client, { call });
		listeners.forEach((tell) => tell());
	}
});

const mayPublish = asked.get('role') !== 'viewer';
mount(BoardCall, {
	target: document.body,
	props: {
		call: callOfBoard(me.id, mayPublish),
		me,
		mayPublish,
		people: { here },
		awareness: {
			clientID: known.indexOf(me),
			getStates: () => states,
			setLocalStateField: (field: string, value: unknown) => {
				if (typeof value === 'string') document.body.dataset[field] = value;
				else delete document.body.dataset[field];
			},
			on: (_: 'change', tell: () => void) => void listeners.add(tell),
			off: (_: 'change', tell: () => void) => void listeners.delete(tell)
		},
		engine: {
			faces: {
				attach(client: number, node: HTMLElement) {
					node.dataset['client'] = String(client);
					node.style.cssText = 'position: absolute; left: 40%; top: 40%';
					return () => node.remove();
				}
			}
		}
	}
});
