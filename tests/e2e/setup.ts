import { existsSync } from 'node:fs';

/** There is something to test: `npm test` builds first; who runs Playwright alone is told. */
export default function setup(): void {
	if (!existsSync('build/handler.js')) throw new Error('There is no build. Run `npm test`, which makes one.');
}
