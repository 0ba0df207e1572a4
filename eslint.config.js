import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default defineConfig(
	globalIgnores([
		'node_modules',
		'build',
		'.svelte-kit',
		'data',
		'src/i18n/paraglide',
		'src/i18n/project.inlang',
		'bench/results',
		'bench/sync/peers',
		'test-results'
	]),
	ts.configs.strict,
	svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			'no-undef': 'off',
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-console': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			// A function of void that is passed as a callback is ordinary here.
			'@typescript-eslint/no-invalid-void-type': 'off',
			'@typescript-eslint/unified-signatures': 'off',
			// The document's roots are read by id all over: deleting a key of a plain record is fine.
			'@typescript-eslint/no-dynamic-delete': 'off',
			// Paths are local and resolved by Kit at the root; the app is never served below a base path.
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
	},
	{
		// What talks to a terminal, not to a log.
		files: [
			'server/bootstrap.mjs',
			'server/bootstrap/**',
			'server/main.ts',
			'server/cli/**',
			'bench/**',
			'tests/**',
			'**/*.test.ts'
		],
		rules: { 'no-console': 'off' }
	},
	{
		// A pool handle inside a transaction waits for ever on the embedded database, which has one connection.
		files: ['server/services/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector:
						"CallExpression[callee.property.name='transaction'] CallExpression[callee.object.name='db'], CallExpression[callee.property.name='transaction'] MemberExpression[object.name='pool']",
					message: 'Inside a transaction use its own handle: on the embedded database the pool has one connection.'
				}
			]
		}
	}
);
