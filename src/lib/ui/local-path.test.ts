import { expect, test } from 'vitest';
import { localPath } from './local-path.ts';

test('a path of our own is where a form may lead', () => {
	expect(localPath('/t/abc/boards?sort=name#x')).toBe('/t/abc/boards?sort=name#x');
});

test.each([
	'https://evil.example/',
	'//evil.example',
	'/\\evil.example',
	'/\t/evil.example',
	'/\n/evil.example',
	'javascript:alert(1)',
	'/..//evil.example',
	'/x/..//evil.example',
	'evil',
	''
])('%j leads nowhere but to the fallback', (asked) => {
	expect(localPath(asked, '/home')).toBe('/home');
});

test('without a wish the fallback holds', () => {
	expect(localPath(null)).toBe('/');
	expect(localPath(undefined, '/me')).toBe('/me');
});
