// The same scenarios in tldraw's sync protocol (JSON over text frames, protocol version 8).
import { createRequire } from 'node:module';
import { history } from './board.mjs';

const require = createRequire(new URL('../peers/tldraw/package.json', import.meta.url));
const { createTLSchema } = require('@tldraw/tlschema');
const schema = createTLSchema().serialize();

const rich = (text) => ({
	type: 'doc',
	content: [{ type: 'paragraph', content: text ? [{ type: 'text', text }] : [] }]
});
const COLOR = { yellow: 'yellow', red: 'red', blue: 'blue', green: 'green', violet: 'violet', black: 'black' };
const shape = (id, el) => ({
	id: 'shape:' + id,
	typeName: 'shape',
	type: 'geo',
	x: el.x,
	y: el.y,
	rotation: 0,
	index: el.index,
	parentId: 'page:page',
	isLocked: false,
	opacity: 1,
	meta: {},
	props: {
		geo: 'rectangle',
		dash: 'draw',
		url: '',
		w: el.w,
		h: el.h,
		growY: 0,
		scale: 1,
		flipX: false,
		flipY: false,
		labelColor: 'black',
		color: COLOR[el.color],
		fill: 'none',
		size: 'm',
		font: 'draw',
		align: 'middle',
		verticalAlign: 'middle',
		richText: rich('')
	}
});
const index = (n) => 'a' + ((n % 9) + 1); // shares are fine for a load test, validity is what counts
const presence = (w) => ({
	id: 'instance_presence:p' + w,
	typeName: 'instance_presence',
	userId: 'user:u' + w,
	userName: 'Person ' + w,
	lastActivityTimestamp: 0,
	followingUserId: null,
	cursor: { x: 0, y: 0, type: 'default', rotation: 0 },
	color: '#3b82f6',
	camera: { x: 0, y: 0, z: 1 },
	screenBounds: { x: 0, y: 0, w: 1000, h: 800 },
	selectedShapeIds: [],
	currentPageId: 'page:page',
	brush: null,
	scribbles: [],
	chatMessage: '',
	meta: {}
});

const patches = (m) =>
	m.kind === 'data' ? m.data.data.filter((d) => d.type === 'patch') : m.kind === 'patch' ? [m.data] : [];
const newest = (v) => (v?.[0] === 'put' ? v[1] : undefined);
const ids = (messages) =>
	new Set(
		messages.flatMap((m) =>
			m.kind === 'connect' ? Object.keys(m.data.diff) : patches(m).flatMap((p) => Object.keys(p.diff))
		)
	);

export const content = {
	drag(writers) {
		const diff = {};
		for (let i = 0; i < Math.max(100, writers); i++)
			diff['shape:e' + i] = ['put', shape('e' + i, { x: -1, y: -1, w: 160, h: 120, color: 'yellow', index: index(i) })];
		const n = new Array(writers).fill(0);
		return {
			base: [{ diff }],
			next(w) {
				const k = n[w]++;
				return { diff: { ['shape:e' + w]: ['patch', { x: ['put', k], y: ['put', k] }] } };
			},
			progress: (m) =>
				patches(m)
					.flatMap((p) => Object.entries(p.diff))
					.filter(([, op]) => op[0] === 'patch')
					.map(([id, op]) => [Number(id.slice(7)), newest(op[1].x)])
		};
	},
	cursors() {
		const n = [];
		return {
			base: [],
			next(w) {
				// writer and number are both in x, since y would not be in the diff when it stays the same
				if (n[w] === undefined) {
					n[w] = 0;
					return { presence: ['put', { ...presence(w), cursor: { x: w, y: 0, type: 'default', rotation: 0 } }] };
				}
				const k = ++n[w];
				return {
					presence: [
						'patch',
						{
							cursor: ['put', { x: k * 1000 + w, y: k, type: 'default', rotation: 0 }],
							lastActivityTimestamp: ['put', k]
						}
					]
				};
			},
			progress: (m) =>
				patches(m)
					.flatMap((p) => Object.values(p.diff))
					.map((op) => {
						const c = op[0] === 'put' ? ['put', op[1].cursor] : op[1].cursor;
						if (!c) return null;
						const x = c[0] === 'put' ? c[1].x : newest(c[1].x);
						return [x % 1000, Math.floor(x / 1000)];
					})
					.filter(Boolean)
		};
	},
	board(opts) {
		// records keep no history here, so 20 operations share a push
		const state = {};
		const text = {};
		const updates = [];
		let touched = new Map();
		let n = 0;
		const flush = () => {
			const diff = {};
			for (const [id, t] of touched) {
				if (!state[id]) diff[id] = ['remove'];
				else if (t.created) diff[id] = ['put', structuredClone(state[id])];
				else diff[id] = ['patch', Object.keys(t.props).length ? { ...t.top, props: ['patch', t.props] } : t.top];
			}
			updates.push({ diff });
			touched = new Map();
			n = 0;
		};
		for (const o of history(opts)) {
			const id = 'shape:' + o.id;
			if (!touched.has(id)) touched.set(id, { created: o.t === 'create', top: {}, props: {} });
			const t = touched.get(id);
			if (o.t === 'create') {
				text[id] = '';
				state[id] = shape(o.id, { ...o.el, index: index(updates.length) });
			} else if (o.t === 'delete') delete state[id];
			else {
				const change = o.t === 'type' ? { richText: rich((text[id] += o.ch)) } : o.props;
				for (const [k, v] of Object.entries(change)) {
					const top = k === 'x' || k === 'y';
					(top ? t.top : t.props)[k] = ['put', v];
					(top ? state[id] : state[id].props)[k] = v;
				}
			}
			if (++n === 20) flush();
		}
		flush();
		const all = Object.entries(state);
		const puts = [];
		while (all.length) puts.push({ diff: Object.fromEntries(all.splice(0, 500).map(([id, s]) => [id, ['put', s]])) });
		return {
			updates,
			state: puts,
			stateBytes: JSON.stringify(Object.values(state)).length,
			sv: null,
			size: Object.keys(state).length
		};
	},
	replay: (messages) =>
		messages.map((m, i) => [...ids(messages.slice(0, i + 1))].filter((id) => id.startsWith('shape:e')).length),
	mark: (name) => ({
		diff: {
			['shape:mark' + name]: ['put', shape('mark' + name, { x: 0, y: 0, w: 1, h: 1, color: 'red', index: 'a1' })]
		}
	}),
	marks: (messages) => new Set([...ids(messages)].filter((id) => id.startsWith('shape:mark')).map((id) => id.slice(10)))
};

let sessions = 0;
let clock = 0;
const tldraw = {
	content,
	path: (room) => `/${room}?sessionId=s${process.pid}-${sessions++}`,
	hello: (room, sv) => [
		JSON.stringify({ type: 'connect', connectRequestId: 'c', lastServerClock: sv ?? -1, protocolVersion: 8, schema })
	],
	wrap: (room, c) => [JSON.stringify({ type: 'push', clientClock: clock++, ...c })],
	parse(payload, isText, conn) {
		if (payload[0] !== 123) {
			// "12_…": a chunk of a message of more than 256 KiB
			const at = payload.indexOf(95);
			conn.chunks = (conn.chunks ?? '') + payload.toString('utf8', at + 1);
			if (payload.toString('latin1', 0, at) !== '0') return { kind: 'chunk' };
			payload = conn.chunks;
			conn.chunks = '';
		}
		const data = JSON.parse(payload);
		return {
			kind: data.type === 'connect' ? 'connect' : data.type,
			data,
			synced: data.type === 'connect',
			sv: data.serverClock
		};
	},
	reply: () => null
};
export const drivers = { tldraw };
