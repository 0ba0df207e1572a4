/** A small real document for the engine's own tests: plain reading, plain verbs, a wire that is kept. */
import * as Y from 'yjs';
import type { BoardElement, ElementId } from '../../../domain/board/element.ts';
import type { LiveMessage } from '../../../domain/wire/live.ts';
import type { Desk, ToolName } from '../tools/tool.ts';
import { Camera } from './camera.ts';
import { OwnGesture } from './own-gesture.ts';
import type { Draft, Edits, Reader } from './ports.ts';
import { Scene } from './scene.ts';
import { Selection } from './selection.ts';

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const readPlain: Reader = (id, value) => {
	if (!(value instanceof Y.Map)) return null;
	const get = <T>(key: string, otherwise: T): T => (value.get(key) as T | undefined) ?? otherwise;
	const common = {
		id,
		pos: get<BoardElement['pos']>('pos', [null, 0, 0]),
		size: get<BoardElement['size']>('size', [200, 200]),
		z: get('z', 'a0'),
		rot: get('rot', 0),
		by: '',
		at: 0,
		del: get('del', 0),
		lock: get('lock', false)
	};
	const text = String(get('txt', ''));
	const kind = get<string>('t', '');
	if (kind === 'note') return { ...common, t: 'note', colour: 'butter', text };
	if (kind === 'text') return { ...common, t: 'text', fontSize: 21, text };
	if (kind === 'shape') return { ...common, t: 'shape', shape: 'rectangle', colour: 'none', text };
	if (kind === 'conn') return { ...common, t: 'conn', a: get('a', { pt: [0, 0] }), b: get('b', { pt: [9, 9] }), text };
	return { ...common, t: 'unknown', kind };
};

/** Puts an element in as another program would. */
export function put(els: Y.Map<unknown>, id: ElementId, values: Readonly<Record<string, unknown>>): void {
	els.doc?.transact(() => {
		const map = new Y.Map<unknown>();
		els.set(id, map);
		for (const [key, value] of Object.entries({ t: 'note', ...values })) map.set(key, value);
	});
}

export function plainEdits(els: Y.Map<unknown>): Edits & { readonly calls: string[] } {
	const calls: string[] = [];
	let made = 0;
	const map = (id: ElementId): Y.Map<unknown> | null => {
		const value = els.get(id);
		return value instanceof Y.Map ? value : null;
	};
	const edit = (name: string, act: () => void): void => {
		calls.push(name);
		els.doc?.transact(act);
	};
	return {
		calls,
		add: (draft: Draft) => {
			calls.push('add');
			const id = `new${made++}`;
			if (draft.t === 'conn') put(els, id, { t: 'conn', a: draft.a, b: draft.b });
			else put(els, id, { t: draft.t, pos: [null, ...draft.at], size: draft.size, z: `b${made}` });
			return id;
		},
		move: (ids, dx, dy) =>
			edit('move', () => {
				for (const id of ids) {
					const [parent, x, y] = (map(id)?.get('pos') ?? [null, 0, 0]) as BoardElement['pos'];
					map(id)?.set('pos', [parent, x + dx, y + dy]);
				}
			}),
		resize: (places) =>
			edit('resize', () => {
				for (const [id, [x, y, w, h]] of places) {
					map(id)?.set('pos', [null, x, y]);
					map(id)?.set('size', [w, h]);
				}
			}),
		moveEnd: (id, end, to) => edit('moveEnd', () => map(id)?.set(end, { pt: to })),
		remove: (ids) => edit('remove', () => ids.forEach((id) => map(id)?.set('del', 1))),
		discard: (id) => edit('discard', () => map(id)?.set('del', 1)),
		recolour: (ids) => edit('recolour', () => ids.forEach((id) => map(id)?.set('st', {}))),
		copy: (ids) => {
			const known = ids.filter((id) => map(id)?.get('t') !== 'newer');
			return { ids: known, elements: JSON.stringify(known), text: '' };
		},
		paste: () => [],
		asOne: (_, act) => act(),
		undo: () => ({ is: 'nothing' }),
		redo: () => ({ is: 'nothing' })
	};
}

/** A desk over a document, with what it sent, opened and took up. */
export function deskOver(els: Y.Map<unknown>) {
	const sent: LiveMessage[] = [];
	const opened: ElementId[] = [];
	const used: ToolName[] = [];
	const scene = new Scene(els, readPlain);
	const edits = plainEdits(els);
	const camera = new Camera(() => undefined);
	camera.resize(1000, 800);
	const desk: Desk = {
		scene,
		camera,
		edits,
		selection: new Selection(() => undefined),
		gesture: new OwnGesture(
			(message) => sent.push(message),
			() => undefined,
			() => performance.now()
		),
		mayEdit: () => true,
		colour: () => 'butter',
		openText: (id) => opened.push(id),
		use: (tool) => used.push(tool)
	};
	return { desk, edits, sent, opened, used };
}
