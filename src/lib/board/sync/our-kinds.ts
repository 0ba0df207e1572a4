import type * as decoding from 'lib0/decoding';
import type { WebsocketProvider } from 'y-websocket';
import { readControl, type Control } from '../../../domain/wire/control.ts';
import { KIND } from '../../../domain/wire/kinds.ts';
import { readLive, type LiveMessage } from '../../../domain/wire/live.ts';
import { readSaved } from '../../../domain/wire/saved.ts';

type Ears = Readonly<{
	/** The server has dealt with so many messages of this socket. */
	saved: (count: number) => void;
	control: (control: Control) => void;
	live: (message: LiveMessage & { readonly client: number }) => void;
}>;

/** Makes y-websocket's provider hear the kinds that are ours. */
export function hearOurKinds({ messageHandlers }: WebsocketProvider, { saved, control, live }: Ears): void {
	const hear = (kind: number, act: (decoder: decoding.Decoder) => void): void => {
		messageHandlers[kind] = (_encoder, decoder) => act(decoder);
	};
	hear(KIND.saved, (decoder) => saved(readSaved(decoder)));
	hear(KIND.control, (decoder) => {
		const said = readControl(decoder);
		if (said) control(said);
	});
	hear(KIND.live, (decoder) => live(readLive(decoder)));
	// Cues are a later version's; they are nobody's error.
	hear(KIND.cue, () => {});
}
