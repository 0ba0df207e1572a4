/** How long a token opens a room. Whoever is inside is given newer ones by the media server. */
export const CALL_TOKEN_LIFE_MS = 10 * 60 * 1000;

/** The LiveKit that carries calls: our own child process, an existing one, or none. */
export interface MediaServer {
	/** What it is doing now. `starting` covers fetching and building; `why` is a sentence for the log and for doctor. */
	readonly state: MediaState;
	/** Hears every change of state; answers a function that stops listening. */
	onChange(listener: (state: MediaState) => void): () => void;
	/** A token for one person in one room. Rejects with `call.off` or `call.down`. */
	token(grant: CallGrant): Promise<string>;
	/** What a token opens and for whom, also one that the media server renewed; null when it is not ours or has ended. */
	read(token: string): Promise<CallGrant | null>;
	/** Where `/livekit` is proxied to (`http://127.0.0.1:7880`), or null while there is none. */
	readonly upstream: string | null;
	/**
	 * Ends the call of this one stay at once; one that is over is no error. Answers false when there has been another since
	 * under the same identity, and leaves that alone. Their token may let them in again until it ends, since not every
	 * LiveKit revokes it.
	 */
	removeParticipant(room: string, member: Pick<CallMember, 'identity' | 'sid'>): Promise<boolean>;
	/** The rooms that are open now, somebody in them or not; on a media server that others use too, theirs among them. */
	rooms(): Promise<readonly string[]>;
	/** Who is in a room now, and with what. */
	participants(room: string): Promise<readonly CallMember[]>;
	close(): Promise<void>;
}

export type MediaState =
	| Readonly<{ is: 'off'; why: string }>
	| Readonly<{ is: 'starting'; why: string }>
	| Readonly<{ is: 'up'; version: string; own: boolean; /** Where faces travel, when we chose it. */ udpPort?: number }>
	| Readonly<{ is: 'down'; why: string }>;

/** Somebody in a room, as the token that let them in said. */
export type CallMember = Pick<CallGrant, 'identity' | 'mayPublish' | 'mayShareScreen'> &
	Readonly<{
		/** The media server's name for this stay: who leaves and comes again has another. */
		sid: string;
		/** Null when it was no token of ours that let them in. */
		pass: string | null;
	}>;

export type CallGrant = Readonly<{
	room: string;
	/** `user:tab`: a repeated identity would throw the first tab out. */
	identity: string;
	name: string;
	/** Ours to read when the token comes back, carried through every renewal. Others in the room can see it. */
	pass: string;
	/** Microphone and camera. False for viewers. */
	mayPublish: boolean;
	mayShareScreen: boolean;
}>;
