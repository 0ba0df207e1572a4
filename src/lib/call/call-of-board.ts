import { Call } from './call.svelte';
import { askForTicket } from './ticket';
import { wishesOfThisDevice } from './wishes';

/** The call of this board, from this browser. Nothing is loaded or asked for before it is joined. */
export function callOfBoard(board: string, mayPublish: boolean): Call {
	return new Call({
		ask: (signal) => askForTicket(board, signal),
		load: async () => (await import('./livekit-room')).openLiveKitRoom,
		wishes: wishesOfThisDevice(localStorage),
		mayPublish
	});
}
