/** What one microphone or camera is doing, as its control shows it. */
export type Device =
	| 'on'
	| 'off'
	| 'starting'
	/** The browser or the person said no. */
	| 'blocked'
	| 'missing'
	/** Another program holds it. */
	| 'busy'
	/** Browsers give devices to https and to this machine only. */
	| 'insecure'
	| 'failed'
	/** The role listens only. */
	| 'not-yours';

export type Source = 'mic' | 'camera';

/** What the person chose for each device: the truth that no reconnect may change. */
export type Wishes = Readonly<Record<Source, boolean>>;

/** Why a call ended, or could not begin, without the person having left it. */
export type OutReason = 'elsewhere' | 'removed' | 'closed' | 'signed-out' | 'not-yours' | 'unknown-board';

/** What a join is waiting for. It goes on trying; only the person ends that. */
export type WaitReason = 'call.off' | 'call.down' | 'offline';

/** One person's part in a call, from outside to inside and back. Each state has only the fields that it has a truth for. */
export type CallState =
	| Readonly<{ is: 'out'; why: OutReason | null }>
	| Readonly<{ is: 'joining' }>
	| Readonly<{ is: 'waiting'; why: WaitReason }>
	| (Readonly<{ is: 'in' }> & Devices)
	| (Readonly<{ is: 'reconnecting' }> & Devices);

export type Devices = Readonly<Record<Source, Device>>;

/**
 * How long a wish to be heard holds while the call is away. Whoever waited longer comes in muted and without a picture:
 * they may have turned to somebody else in the room meanwhile.
 */
export const STALE_WISH_MS = 60_000;

/** What is still wanted after the call was away for a while. */
export function wishesAfter(wishes: Wishes, awayMs: number): Wishes {
	return awayMs > STALE_WISH_MS ? { mic: false, camera: false } : wishes;
}

/**
 * How long to wait before the n-th new try (counted from 0): soon at first, since a restarted media server is back in
 * seconds, and never above 15 s. Switched-off calls come back with an administrator, so that is asked rarely. `chance`
 * in 0–1 spreads people out who lost the server at the same moment.
 */
export function retryDelayMs(why: WaitReason, n: number, chance: number): number {
	const base = why === 'call.off' ? 30_000 : Math.min(15_000, 500 * 2 ** Math.min(n, 10));
	return Math.round(base * (0.75 + chance / 2));
}

/** The person behind a LiveKit identity `person:tab`. Tabs hold no colon. */
export function personOfIdentity(identity: string): string {
	const end = identity.lastIndexOf(':');
	return end < 0 ? identity : identity.slice(0, end);
}
