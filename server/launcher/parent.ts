/** Calls `then` once whoever started us is gone: the IPC channel closed, or we were given to another parent. */
export function whenParentGoes(then: () => void): void {
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid !== parent) gone();
	}, 500);
	timer.unref();
	const gone = () => {
		clearInterval(timer);
		then();
	};
	if (process.connected) {
		process.once('disconnect', gone);
		// The channel must not keep us alive; it is only there to close.
		process.channel?.unref();
	}
}
