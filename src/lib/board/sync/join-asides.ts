import { mergeUpdates } from 'yjs';
import type { Aside } from './copy-store.ts';

/** Two that wait, as one. What the server once refused it would refuse again, so that reason stays. */
export function joinAsides(earlier: Aside | null, later: Aside | null): Aside | null {
	if (!earlier || !later) return earlier ?? later;
	return {
		copy: mergeUpdates([earlier.copy, later.copy]),
		n: earlier.n + later.n,
		why: earlier.why === 'role' ? later.why : earlier.why,
		kept: earlier.kept && later.kept
	};
}
