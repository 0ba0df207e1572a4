import type { Bus } from '#server/ports/bus';

/** The bus of an installation that is one node: messages are handed over in the next turn of the event loop, in order. */
export function createMemoryBus(): Bus {
	const topics = new Map<string, Set<(message: Uint8Array) => void>>();
	let closed = false;
	return {
		publish(topic, message) {
			if (closed) return;
			// Never within the publisher's own turn: with other engines it would not be either.
			queueMicrotask(() => {
				for (const listener of [...(topics.get(topic) ?? [])]) listener(message);
			});
		},
		async subscribe(topic, onMessage) {
			const listeners = topics.get(topic) ?? new Set();
			// A listener of its own for each subscription, so that one function may subscribe twice.
			const listener = (message: Uint8Array): void => onMessage(message);
			topics.set(topic, listeners.add(listener));
			return () => {
				listeners.delete(listener);
				if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
			};
		},
		// Nothing is ever lost.
		onGap: () => () => undefined,
		healthy: async () => !closed,
		async close() {
			closed = true;
			topics.clear();
		}
	};
}
