/**
 * Where a form may send someone afterwards: the asked path when it is one of ours, else the fallback. Browsers read
 * `//host`, `/\host` and paths with stray tabs as other sites, so whatever does not come back unchanged is refused.
 */
export function localPath(asked: string | null | undefined, fallback = '/'): string {
	if (!asked?.startsWith('/')) return fallback;
	const url = parsed(asked);
	if (url?.origin !== BASE) return fallback;
	const path = url.pathname + url.search + url.hash;
	return path.startsWith('//') ? fallback : path;
}

const BASE = 'http://here.invalid';

function parsed(path: string): URL | null {
	return URL.canParse(path, BASE) ? new URL(path, BASE) : null;
}
