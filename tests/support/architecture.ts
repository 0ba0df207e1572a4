import path from 'node:path';

/** A file of the tree, by its path from the project's root with forward slashes. */
export type SourceFile = Readonly<{ file: string; text: string }>;

/** The columns of the house, each with the folders that belong to it; the first that fits counts. */
const LAYERS = [
	['domain', /^src\/domain\//u],
	['i18n', /^src\/i18n\//u],
	['lib', /^src\/lib\//u],
	['hooks', /^src\/(hooks\.server\.ts|app\.d\.ts)$/u],
	['routes', /^src\/routes\//u],
	['ports', /^server\/ports\//u],
	['adapters', /^server\/adapters\//u],
	['services', /^server\/services\//u],
	['sync', /^server\/sync\//u],
	['http', /^server\/http\//u],
	['launcher', /^server\/(main\.ts|dev\.ts|bootstrap\.mjs|(bootstrap|launcher)\/.*)$/u],
	['config', /^server\/(config|log)\.ts$/u],
	['root', /^server\/app\.ts$|^server\/cli\//u],
	['schema', /^drizzle\//u],
	['tests', /^tests\//u],
	['bench', /^bench\//u]
] as const;

export type Layer = (typeof LAYERS)[number][0];

/** The layer a file belongs to, or null when it lies outside the house. */
export function layerOf(file: string): Layer | null {
	return LAYERS.find(([, pattern]) => pattern.test(file))?.[0] ?? null;
}

/** What each layer may import besides itself. `packages` are outside libraries, as a pattern; absent: any. */
const MAY: Readonly<Record<Layer, Readonly<{ layers: readonly Layer[]; packages?: RegExp }>>> = {
	domain: { layers: [], packages: /^(yjs|lib0(\/.*)?|zod|temporal-polyfill|fractional-indexing|diff)$/u },
	i18n: { layers: ['domain'] },
	lib: { layers: ['domain', 'i18n'] },
	routes: { layers: ['lib', 'domain', 'i18n'] },
	hooks: { layers: ['root', 'http', 'domain', 'i18n'] },
	ports: { layers: ['domain'] },
	adapters: { layers: ['domain', 'ports', 'schema', 'config'] },
	services: { layers: ['domain', 'ports', 'schema', 'i18n', 'config'] },
	sync: { layers: ['domain', 'ports', 'schema', 'i18n', 'config'] },
	http: { layers: ['domain', 'i18n', 'config', 'ports', 'services'] },
	config: { layers: ['domain'] },
	launcher: { layers: ['config'] },
	root: { layers: ['domain', 'i18n', 'ports', 'adapters', 'services', 'sync', 'http', 'config', 'schema'] },
	schema: { layers: ['domain'] },
	tests: { layers: LAYERS.map(([name]) => name) },
	// It drives the product from outside, as the tests do.
	bench: { layers: ['tests', 'domain', 'lib'] }
};

/** Imports that cross layers for a stated reason. */
const EXCEPTIONS: readonly Readonly<{ file: RegExp; target: RegExp; typeOnly: boolean; why: string }>[] = [
	{
		file: /^server\/(main|dev|launcher\/\w+)\.ts$/u,
		target: /^server\/(app|ports\/[\w-]+)\.ts$/u,
		typeOnly: true,
		why: 'dev and production hold the App that Kit made, never one of their own'
	},
	{
		file: /^server\/bootstrap\/paraglide-options\.mjs$/u,
		target: /^src\/domain\/team\/language\.ts$/u,
		typeOnly: false,
		why: 'the words are compiled for the cookie that the server sets'
	},
	{
		file: /^server\/cli\//u,
		target: /^server\/bootstrap\//u,
		typeOnly: false,
		why: 'doctor asks the same questions that the bootstrap asks'
	}
];

/** An import as written. `typeOnly` ones leave no trace at run time, so they cannot make a second copy of anything. */
export type Import = Readonly<{ target: string; typeOnly: boolean }>;

/** Everything a file imports, statically, dynamically or as a type. Svelte and TypeScript are read alike, as text. */
export function importsOf({ text }: SourceFile): Import[] {
	const code = text.replaceAll(/\/\*[\s\S]*?\*\//gu, '').replaceAll(/^\s*\/\/.*$/gmu, '');
	const found = code.matchAll(
		/(?:\b(?:import|export)\s+(type\s)?[^'";]*?\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bimport\.meta\.resolve\(\s*)(['"])([^'"\n]+)\2/gu
	);
	return [...found].map((match) => ({ target: match[3] ?? '', typeOnly: match[1] !== undefined }));
}

/** The path from the project's root that a target means, or null for an outside package. */
function resolveTarget(file: string, target: string): string | null {
	if (target.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), target));
	const aliases: readonly (readonly [string, string])[] = [
		['#domain/', 'src/domain/'],
		['#server/', 'server/'],
		['#schema/', 'drizzle/schema/'],
		['#i18n/', 'src/i18n/paraglide/'],
		['$lib/', 'src/lib/']
	];
	const alias = aliases.find(([prefix]) => target.startsWith(prefix));
	if (!alias) return null;
	const rest = alias[1] + target.slice(alias[0].length);
	return /\.\w+$/u.test(rest) ? rest : `${rest}.ts`;
}

/** Why this import is not allowed, as a sentence, or null when it is. */
export function refuseImport(file: string, { target, typeOnly }: Import): string | null {
	const from = layerOf(file);
	if (from === null) return 'the file belongs to no layer';
	const meant = resolveTarget(file, target);
	if (meant === null) return refusePackage(from, file, target);
	const to = layerOf(meant);
	if (to === null) {
		const asset = /\.(json|css|svg|woff2)$/u.test(meant);
		return asset || from === 'tests' ? null : 'the target belongs to no layer';
	}
	if (to === from || MAY[from].layers.includes(to)) return null;
	const excepted = EXCEPTIONS.some(
		(one) => one.file.test(file) && one.target.test(meant) && (typeOnly || !one.typeOnly)
	);
	return excepted ? null : `${from} may not know ${to}`;
}

function refusePackage(from: Layer, file: string, target: string): string | null {
	if (file.endsWith('.test.ts') || from === 'tests') return null;
	const allowed = MAY[from].packages;
	if (allowed && !allowed.test(target)) return `${from} may not know ${target}`;
	const kit = /^(\$app|\$env|@sveltejs\/kit)/u.test(target);
	if (kit && !['lib', 'routes', 'hooks', 'launcher'].includes(from)) return `${from} may not know Kit`;
	if (target.startsWith('node:') && from === 'lib') return 'the browser has no node: modules';
	return null;
}
