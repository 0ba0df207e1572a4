import type { Engine } from './engine/engine.ts';
import type { Connection } from './sync/connection.ts';

type BoardParts = Readonly<{ engine: Engine; connection: Connection }>;

/** What measuring programs find at `window.__bench` when the server runs with NABIJ_BENCH=1. */
export type Bench = BoardParts &
	Readonly<{
		doc: BoardParts['connection']['doc'];
		/** Settles with the time (performance.now) at which this element of somebody else is in the scene. */
		onRemoteElement: (id: string) => Promise<number>;
	}>;

/** Opens the board to measuring programs. */
export function probe(parts: BoardParts): void {
	const { scene } = parts.engine;
	const bench: Bench = {
		...parts,
		doc: parts.connection.doc,
		onRemoteElement: (id) =>
			new Promise((resolve) => {
				if (scene.get(id)) return resolve(performance.now());
				const stop = scene.onChange(() => {
					if (!scene.get(id)) return;
					stop();
					resolve(performance.now());
				});
			})
	};
	Object.assign(window, { __bench: bench });
}
