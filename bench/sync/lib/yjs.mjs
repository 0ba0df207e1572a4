// Content and wire formats for everything that carries Yjs updates (also the plain relays: they get the same bytes).
import * as Y from 'yjs';
import * as encoding from 'lib0/encoding';
import * as decoding from 'lib0/decoding';
import { history } from './board.mjs';

const ID = 100000; // client id of the first writer
const pack = (...parts) => {
	const e = encoding.createEncoder();
	for (const p of parts) {
		if (typeof p === 'number') encoding.writeVarUint(e, p);
		else if (typeof p === 'string') encoding.writeVarString(e, p);
		else encoding.writeVarUint8Array(e, p);
	}
	return encoding.toUint8Array(e);
};
const EMPTY = Y.encodeStateAsUpdate(new Y.Doc());
const EMPTY_SV = Y.encodeStateVector(new Y.Doc());

const putElement = (board, id, el) => {
	const m = new Y.Map(Object.entries(el));
	m.set('text', new Y.Text());
	board.set(id, m);
};

// ---- content: every item is a Yjs update or awareness update; a driver below wraps it -------------------------

export const content = {
	/** Writers that drag one element each. next(w) gives the next update of writer w. */
	drag(writers) {
		const base = new Y.Doc();
		base.clientID = 1;
		base.transact(() => {
			for (let i = 0; i < Math.max(100, writers); i++)
				putElement(base.getMap('elements'), 'e' + i, {
					x: i,
					y: i,
					w: 160,
					h: 120,
					type: 'note',
					color: 'yellow',
					index: 'a' + i
				});
		});
		const baseUpdate = Y.encodeStateAsUpdate(base);
		const docs = Array.from({ length: writers }, (_, w) => {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, baseUpdate);
			doc.clientID = ID + w;
			const state = { el: doc.getMap('elements').get('e' + w), doc, n: 0, update: null };
			doc.on('update', (u) => {
				state.update = u;
			});
			return state;
		});
		return {
			base: [{ update: baseUpdate }],
			next(w) {
				const s = docs[w];
				s.n++;
				s.doc.transact(() => {
					s.el.set('x', 1000 + (s.n % 5000));
					s.el.set('y', 2000 + (s.n % 3000));
				});
				return { update: s.update };
			},
			// each update adds two items, so the writer's clock says how far a receiver has come
			progress: ({ kind, data }) =>
				kind !== 'update'
					? []
					: [...Y.parseUpdateMeta(data).to].filter(([c]) => c >= ID).map(([c, clock]) => [c - ID, clock / 2 - 1])
		};
	},

	/** People that move their cursor. */
	cursors() {
		const clock = [];
		return {
			base: [],
			next(w) {
				const n = (clock[w] = (clock[w] ?? 0) + 1);
				const state = {
					user: { name: 'Person ' + w, color: '#3b82f6' },
					cursor: { x: 100 + ((n * 3) % 1700), y: 80 + ((n * 7) % 900) },
					selection: []
				};
				return { awareness: pack(1, ID + w, n, JSON.stringify(state)) };
			},
			progress({ kind, data }) {
				if (kind !== 'awareness') return [];
				const d = decoding.createDecoder(data);
				const out = [];
				for (let n = decoding.readVarUint(d); n > 0; n--) {
					const c = decoding.readVarUint(d) - ID;
					const k = decoding.readVarUint(d);
					const state = decoding.readVarString(d);
					if (c >= 0 && state !== 'null') out.push([c, k - 1]);
				}
				return out;
			}
		};
	},

	/** The big board: its history as single updates, its state as one update, and how to count it at a client. */
	board(opts) {
		const doc = new Y.Doc();
		const single = [];
		const board = doc.getMap('elements');
		doc.on('update', (u) => single.push(u));
		for (const o of history(opts)) {
			doc.clientID = 11 + o.user;
			doc.transact(() => {
				if (o.t === 'create') putElement(board, o.id, o.el);
				else if (o.t === 'set') for (const k in o.props) board.get(o.id).set(k, o.props[k]);
				else if (o.t === 'type') board.get(o.id).get('text').insert(o.at, o.ch);
				else board.delete(o.id);
			});
		}
		const updates = []; // five operations a message, as a client that sends every 80 ms or so would
		while (single.length) updates.push({ update: Y.mergeUpdates(single.splice(0, 5)) });
		const state = Y.encodeStateAsUpdate(doc);
		return {
			updates,
			state: [{ update: state }],
			stateBytes: state.length,
			sv: Y.encodeStateVector(doc),
			size: board.size
		};
	},

	/** The state vector of someone who left after a part of the history: the i-th of so many. */
	vector(b, i, of) {
		const doc = new Y.Doc();
		const upTo = b.updates.length - 1 - Math.floor((i * 200) / of);
		this.grown ??= (() => {
			const g = new Y.Doc();
			g.transact(() => {
				for (const u of b.updates.slice(0, b.updates.length - 201)) Y.applyUpdate(g, u.update);
			});
			return Y.encodeStateAsUpdate(g);
		})();
		Y.applyUpdate(doc, this.grown);
		doc.transact(() => {
			for (const u of b.updates.slice(b.updates.length - 201, upTo)) Y.applyUpdate(doc, u.update);
		});
		return Y.encodeStateVector(doc);
	},

	/** Number of elements after each received message (to see at which one the board was whole). */
	replay(messages) {
		const doc = new Y.Doc();
		return messages.map((m) => {
			if (m.kind === 'step2' || m.kind === 'update') Y.applyUpdate(doc, m.data);
			return doc.getMap('elements').size;
		});
	},

	mark(name) {
		const doc = new Y.Doc();
		doc.getMap('marks').set(name, true);
		return { update: Y.encodeStateAsUpdate(doc) };
	},
	marks(messages) {
		const doc = new Y.Doc();
		for (const m of messages) if (m.kind === 'step2' || m.kind === 'update') Y.applyUpdate(doc, m.data);
		return new Set(doc.getMap('marks').keys());
	}
};

// ---- drivers: bytes on the wire ---------------------------------------------------------------------------

const SYNC = ['step1', 'step2', 'update'];
const read = (d) => {
	const type = decoding.readVarUint(d);
	if (type === 0 || type === 4) {
		const kind = SYNC[decoding.readVarUint(d)];
		return { kind, data: decoding.readVarUint8Array(d) };
	}
	if (type === 1) return { kind: 'awareness', data: decoding.readVarUint8Array(d) };
	return { kind: 'other', type, d };
};

const yWebsocket = {
	content,
	path: (room) => '/' + room,
	hello: (room, sv = EMPTY_SV) => [pack(0, 0, sv)],
	wrap: (room, c) => [c.update ? pack(0, 2, c.update) : pack(1, c.awareness)],
	parse: (payload) => read(decoding.createDecoder(payload)),
	reply: (m) => (m.kind === 'step1' ? [pack(0, 1, EMPTY)] : null)
};

const hocuspocus = {
	content,
	path: () => '/',
	hello: (room) => [pack(room, 2, 0, 'token', '4.7.0')],
	wrap: (room, c) => [c.update ? pack(room, 0, 2, c.update) : pack(room, 1, c.awareness)],
	parse(payload) {
		const d = decoding.createDecoder(payload);
		const room = decoding.readVarString(d);
		const m = read(d);
		if (m.kind === 'other')
			m.kind = m.type === 2 && decoding.readVarUint(m.d) === 2 ? 'authenticated' : m.type === 7 ? 'closed' : 'other';
		return { room, ...m };
	},
	reply: (m, sv = EMPTY_SV) =>
		m.kind === 'authenticated' ? [pack(m.room, 0, 0, sv)] : m.kind === 'step1' ? [pack(m.room, 0, 1, EMPTY)] : null
};

const raw = { ...yWebsocket, hello: () => [], syncless: true, openIsSynced: true }; // nobody on the other side knows the document

const relay = {
	// socket.io over its websocket transport; a binary argument travels as a second frame
	content,
	syncless: true,
	path: () => '/socket.io/?EIO=4&transport=websocket',
	hello: () => [],
	wrap: (room, c) => [
		`451-["${c.update ? 'update' : 'cursor'}","${room}",{"_placeholder":true,"num":0}]`,
		c.update ? pack(0, 2, c.update) : pack(1, c.awareness)
	],
	parse(payload, isText) {
		if (!isText) return read(decoding.createDecoder(payload));
		const c = payload[0];
		return {
			kind:
				c === 48
					? 'eio-open'
					: c === 50
						? 'eio-ping'
						: c === 52 && payload[1] === 48
							? 'connected'
							: payload.includes('"joined"')
								? 'synced'
								: 'other'
		};
	},
	reply: (m, sv, room) =>
		m.kind === 'eio-open'
			? ['40']
			: m.kind === 'eio-ping'
				? ['3']
				: m.kind === 'connected'
					? [`42["join","${room}"]`]
					: null
};

export const drivers = { 'y-websocket': yWebsocket, hocuspocus, raw, 'socket.io': relay };
