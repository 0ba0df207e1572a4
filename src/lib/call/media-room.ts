import type { Device, OutReason, Source } from '#domain/call/state';
import type { InCall } from '#domain/call/tiles';

/** A camera's moving picture, shown wherever it is asked for. */
export interface Picture {
	/** Shows it in this element until the answer is called. */
	show(video: HTMLVideoElement): () => void;
}

/** Someone in the call. Whoever has no picture has a placeholder; whoever is muted makes no sound. */
export type Member = InCall & Readonly<{ picture: Picture | null; sound: MediaStreamTrack | null }>;

/** What happens to a room without having been asked for. */
export type MediaEvent =
	/** Members, their pictures or their sound, or whether sound may play. */
	| Readonly<{ is: 'changed' }>
	| Readonly<{ is: 'reconnecting' }>
	| Readonly<{ is: 'reconnected' }>
	/** A device of one's own stopped by itself: unplugged, or taken back by the browser. */
	| Readonly<{ is: 'device-lost'; source: Source }>
	/** The server ended it for this ticket: a fresh one may say less, or there is none. */
	| Readonly<{ is: 'put-out' }>
	/** Over. `lost` means that a new room with a fresh token may well work. */
	| Readonly<{ is: 'ended'; why: OutReason | 'lost' }>;

/** A connection to one call's media; the only part that knows LiveKit stands behind it. */
export interface MediaRoom {
	/** Rejects when the media server cannot be reached or the token is not taken. */
	connect(url: string, token: string): Promise<void>;
	/** Leaves, releases microphone and camera, and says nothing more. */
	leave(): Promise<void>;
	/** Turns a device on or off; answers what it then is, never rejects. */
	set(source: Source, on: boolean): Promise<Device>;
	/** Asks again for everybody's sound and picture: a reconnect may have forgotten. */
	subscribe(): void;
	/** Others, never oneself. */
	readonly members: readonly Member[];
	/** Oneself, or null before the room is joined. */
	readonly self: Member | null;
	/** The browser plays nothing before a click. */
	readonly soundBlocked: boolean;
	/** To be called from a click. */
	startSound(): Promise<void>;
}

export type OpenRoom = (onEvent: (event: MediaEvent) => void) => MediaRoom;
