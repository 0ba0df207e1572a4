import { expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import { redoWords } from './unsent-words.ts';
import { keepOnly, rewrite } from './words.ts';

function textOf(...runs: readonly (string | Readonly<{ insert: string; attributes: object }>)[]): Y.Text {
	const text = new Y.Doc().getText('t');
	text.applyDelta(runs.map((run) => (typeof run === 'string' ? { insert: run } : run)));
	return text;
}

/** Answers a random number below `below`; prints its seed when a test fails with it. */
function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

test('rewriting makes any text any other, formats and embeds with it', () => {
	for (let seed = 1; seed <= 300; seed++) {
		const random = seeded(seed);
		const [text, wanted] = [new Y.Doc().getText('t'), new Y.Doc().getText('t')];
		for (const one of [text, wanted]) {
			for (let i = random(6); i > 0; i--) {
				const at = random(one.length + 1);
				if (random(5) === 0) one.insertEmbed(at, { picture: random(3) });
				else one.insert(at, ['ab', '🙂', 'né', 'b a'][random(4)] ?? '', random(2) ? { bold: true } : {});
			}
		}
		rewrite(text, wanted);
		expect(text.toDelta(), `seed ${seed}`).toEqual(wanted.toDelta());
	}
});

test('what someone types in a text while it is rewritten stays', () => {
	const [here, there] = [new Y.Doc(), new Y.Doc()];
	here.getText('t').insert(0, 'buy milk and tea');
	Y.applyUpdate(there, Y.encodeStateAsUpdate(here));
	there.getText('t').insert(8, ' (oat)');
	rewrite(here.getText('t'), textOf('buy tea'));
	Y.applyUpdate(here, Y.encodeStateAsUpdate(there));
	expect(here.getText('t').toString().replace(' (oat)', '')).toBe('buy tea');
});

test('only what can be read elsewhere is kept', () => {
	const text = textOf('the password is swordfish, ask Ada');
	keepOnly(text, textOf('the password is gone, ask Ada'));
	expect(text.toString()).toBe('the password is , ask Ada');
	keepOnly(text, textOf('a scarce word of another kind, said in the dark'));
	expect(text.toString()).not.toMatch(/pass|Ada/u);
});

test('what becomes of words does not hang on how busy the machine is', () => {
	let now = 0;
	vi.spyOn(Date, 'now').mockImplementation(() => (now += 1_000));
	onTestFinished(() => void vi.restoreAllMocks());
	const text = textOf('the password is swordfish, ask Ada');
	keepOnly(text, textOf('the password is gone, ask Ada'));
	expect(text.toString()).toBe('the password is , ask Ada');
});

test('however much of a long text is other by now, what is unsent is put in once, and nothing of it twice', () => {
	const random = seeded(1);
	const word = (): string => `w${random(100_000)}`;
	const before = Array.from({ length: 3_000 }, word);
	const after = before.map((one) => (random(5) < 2 ? word() : one)).join(' ');
	const mine = textOf(before.join(' '));
	const saved = mine.length;
	mine.insert(saved, ' unsent');
	const text = textOf(after);
	redoWords(text, mine, { since: new Map([[mine.doc?.clientID ?? 0, saved]]), taken: [] });
	expect(text.toString().replace(/ ?unsent ?/u, '')).toBe(after);
});
