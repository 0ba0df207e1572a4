import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * A file of the project by its path from the root, also for code that was bundled elsewhere: the package's own imports
 * lead to a source file that never moves.
 */
export function projectPath(fromRoot: string): string {
	const schema = createRequire(import.meta.url).resolve('#schema/index');
	return path.join(path.dirname(schema), '../..', fromRoot);
}
