// The whiteboard and its history, as abstract operations; yjs.mjs and tldraw.mjs put them on the wire.

export function rng(seed) {
	// mulberry32
	return () => {
		seed = (seed + 0x6d2b79f5) | 0;
		let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const WORDS =
	'samen ruimte idee schets team kantoor dag aandacht mens vorm kleur verschil route vraag gevoel plan stem tafel muur licht'.split(
		' '
	);
const TYPES = ['note', 'note', 'note', 'rect', 'ellipse', 'text', 'arrow'];
const COLORS = ['yellow', 'red', 'blue', 'green', 'violet', 'black'];

/**
 * About `ops` operations by 8 people that leave `elements` elements on the board:
 * {t:'create',id,user,el} {t:'set',id,user,props} {t:'type',id,user,at,ch} {t:'delete',id,user}
 * A drag is a burst of moves, a note is typed character by character, 8% of what is created is deleted again.
 */
export function history({ elements = 5000, ops = 50000, seed = 7 } = {}) {
	const rand = rng(seed);
	const int = (n) => Math.floor(rand() * n);
	const out = [];
	const alive = [];
	const textLength = new Map();
	const creates = Math.ceil(elements / 0.92);
	let created = 0;
	let toDelete = creates - elements;
	while (out.length < ops || created < creates || toDelete > 0) {
		const user = int(8);
		if (created < creates && (alive.length < 5 || rand() < 0.6)) {
			const id = 'e' + created++;
			out.push({
				t: 'create',
				id,
				user,
				el: {
					x: int(8000),
					y: int(8000),
					w: 160,
					h: 120,
					type: TYPES[int(7)],
					color: COLORS[int(6)],
					index: 'a' + created.toString(36).padStart(4, '0')
				}
			});
			alive.push(id);
			textLength.set(id, 0);
			if (rand() < 0.3) {
				// somebody types a few words into it
				const text = Array.from({ length: 1 + int(3) }, () => WORDS[int(WORDS.length)]).join(' ');
				for (const ch of text) {
					out.push({ t: 'type', id, user, at: textLength.get(id), ch });
					textLength.set(id, textLength.get(id) + 1);
				}
			}
			continue;
		}
		const k = int(alive.length);
		const id = alive[k];
		const r = rand();
		if (toDelete > 0 && created > 100 && r < 0.125) {
			out.push({ t: 'delete', id, user });
			alive[k] = alive.at(-1);
			alive.pop();
			toDelete--;
		} else if (r < 0.8) {
			// drag
			let x = int(8000);
			let y = int(8000);
			for (let i = 4 + int(12); i > 0; i--) {
				x += int(40);
				y += int(40);
				out.push({ t: 'set', id, user, props: { x, y } });
			}
		} else if (r < 0.87) {
			for (let i = 2 + int(5); i > 0; i--)
				out.push({ t: 'set', id, user, props: { w: 80 + int(400), h: 60 + int(300) } });
		} else out.push({ t: 'set', id, user, props: { color: COLORS[int(6)] } });
	}
	return out;
}
