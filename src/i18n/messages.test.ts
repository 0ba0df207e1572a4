import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REFUSALS, refusalMessageKey, type RefusalCode } from '#domain/refusal';

const folder = new URL('./messages/', import.meta.url);
const languages = readdirSync(folder);
const files = readdirSync(new URL('en/', folder));

function read(language: string, file: string): Readonly<Record<string, unknown>> {
	return JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), 'utf8')) as Record<string, unknown>;
}

test.each(files)('%s says the same things in every language', (file) => {
	const [first, ...others] = languages.map((language) => Object.keys(read(language, file)).sort());
	for (const other of others) expect(other).toEqual(first);
});

test.each(files)('every key of %s begins with the word of its file, and every text says something', (file) => {
	const word = file === 'refusals.json' ? 'refusal' : file.replace('.json', '');
	for (const language of languages) {
		for (const [key, text] of Object.entries(read(language, file))) {
			expect(key).toMatch(new RegExp(`^${word}_[a-z0-9_]+$`));
			expect(JSON.stringify(text).length, key).toBeGreaterThan(2);
		}
	}
});

test.each(files)('texts of %s have the same gaps to fill in every language', (file) => {
	const [first, ...others] = languages.map((language) =>
		Object.entries(read(language, file)).map(([key, text]) => [key, gapsOf(text)])
	);
	for (const other of others) expect(Object.fromEntries(other)).toEqual(Object.fromEntries(first ?? []));
});

test('every refusal has words in every language', () => {
	for (const language of languages) {
		const words = read(language, 'refusals.json');
		const wordless = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => !words[refusalMessageKey(code)]);
		expect(wordless).toEqual([]);
	}
});

test('every text is said somewhere', () => {
	const root = new URL('../../', import.meta.url).pathname;
	const code = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'server'], {
		cwd: root,
		encoding: 'utf8'
	})
		.split('\n')
		.filter((file) => /(?<!\.test)\.(ts|svelte)$/.test(file) && existsSync(root + file))
		.map((file) => readFileSync(root + file, 'utf8'))
		.join('\n');
	const said = new Set(code.match(/\b[a-z]+(_[a-z0-9]+)+\b/g));
	for (const code of Object.keys(REFUSALS) as RefusalCode[]) said.add(refusalMessageKey(code));
	const unsaid = files.flatMap((file) => Object.keys(read('en', file))).filter((key) => !said.has(key));
	expect(unsaid).toEqual([]);
});

function gapsOf(text: unknown): readonly string[] {
	return [...new Set(JSON.stringify(text).match(/\{[a-zA-Z]+\}/g))].sort();
}
