import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import type { WebsocketProvider } from 'y-websocket';
import { KIND } from '../../../domain/wire/kinds.ts';

/**
 * Makes a page speak for itself only. The stock provider echoes other people's states back, answers queries with all of
 * them, and keeps the clocks of those who are gone, so that it would take nothing of them when they are told anew.
 */
export function ownVoice(provider: WebsocketProvider): void {
	const { awareness } = provider;
	const self = provider.doc.clientID;
	const writeOwn = (encoder: encoding.Encoder): void => {
		encoding.writeVarUint(encoder, KIND.awareness);
		encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [self]));
	};
	awareness.off('update', provider._awarenessUpdateHandler);
	awareness.on('update', (change: Record<'added' | 'updated' | 'removed', number[]>) => {
		const mine = [change.added, change.updated, change.removed].some((ids) => ids.includes(self));
		const { ws, wsconnected } = provider;
		if (!mine || !ws || !wsconnected || ws.readyState !== ws.OPEN) return;
		ws.send(encoding.encode(writeOwn) as Uint8Array<ArrayBuffer>);
	});
	provider.messageHandlers[KIND.queryAwareness] = (encoder) => {
		if (awareness.getLocalState() !== null) writeOwn(encoder);
	};
	provider.on('status', ({ status }) => {
		if (status === 'connected') {
			// Others were told that we are gone, at the clock we had: what is said at the same clock they would not take.
			const state = awareness.getLocalState();
			if (state !== null) awareness.setLocalState(state);
		}
		if (status !== 'disconnected') return;
		for (const client of awareness.meta.keys()) if (client !== self) awareness.meta.delete(client);
	});
}
