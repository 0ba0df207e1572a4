const EVERY_MS = 10_000;
/** Who comes from a board is still counted there when this page is made. */
const FIRST_MS = 1_000;

export type Freshness = Readonly<{
	/** Asks for what the page shows. */
	ask: () => unknown;
	/** Told at each look whether the page now is what the server knows, or is left as it was. */
	tell: (fresh: boolean) => void;
}>;

/**
 * Asks again after a second, when the page is looked at, when the network is back, and every ten seconds while it is looked
 * at. Answers how to stop.
 *
 * Whether anybody answers is tried first: where Kit gets no answer to what it asks, it lets the browser load the page anew,
 * and out of reach that is the browser's own error page in the place of ours.
 */
export function keepFresh({ ask, tell }: Freshness): () => void {
	let looking = false;
	let stopped = false;
	const look = async () => {
		if (looking || document.visibilityState !== 'visible') return;
		looking = true;
		const fresh = await reachable();
		looking = false;
		if (stopped) return;
		tell(fresh);
		if (fresh) void ask();
	};
	const first = setTimeout(look, FIRST_MS);
	const timer = setInterval(look, EVERY_MS);
	document.addEventListener('visibilitychange', look);
	window.addEventListener('focus', look);
	window.addEventListener('online', look);
	return () => {
		stopped = true;
		clearTimeout(first);
		clearInterval(timer);
		document.removeEventListener('visibilitychange', look);
		window.removeEventListener('focus', look);
		window.removeEventListener('online', look);
	};
}

/** Whether the server answers, and what it needs to answer with is there. A refusal is an answer: the page deals with it. */
async function reachable(): Promise<boolean> {
	try {
		return (await fetch('/api/v1/me', { cache: 'no-store' })).status < 500;
	} catch {
		// The network is an edge: out of reach is what was asked.
		return false;
	}
}
