const EVERY_MS = 10_000;

/** Asks again when the page is looked at, and every ten seconds while it is. Answers how to stop. */
export function keepFresh(ask: () => unknown): () => void {
	const look = () => {
		if (document.visibilityState === 'visible') void ask();
	};
	const timer = setInterval(look, EVERY_MS);
	document.addEventListener('visibilitychange', look);
	window.addEventListener('focus', look);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', look);
		window.removeEventListener('focus', look);
	};
}
