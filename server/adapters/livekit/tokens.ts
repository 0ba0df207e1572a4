/** LiveKit's tokens: the one place that knows which grant is written how, in both directions. */
import { AccessToken, TokenVerifier, TrackSource, type ParticipantInfo } from 'livekit-server-sdk';
import { CALL_TOKEN_LIFE_MS, type CallGrant, type CallMember } from '../../ports/media-server.ts';
import type { Keys } from './own-server.ts';

/** Of all that a token may hold, attributes are what LiveKit copies into the tokens that it renews. */
const PASS = 'nabij.pass';

/** The least that a person needs for one call. */
export function sealToken({ apiKey, apiSecret }: Keys, grant: CallGrant): Promise<string> {
	const { room, identity, name, pass, mayPublish, mayShareScreen } = grant;
	const ttl = CALL_TOKEN_LIFE_MS / 1000;
	const token = new AccessToken(apiKey, apiSecret, { identity, name, ttl, attributes: { [PASS]: pass } });
	const sources = [
		...(mayPublish ? [TrackSource.MICROPHONE, TrackSource.CAMERA] : []),
		...(mayPublish && mayShareScreen ? [TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO] : [])
	];
	token.addGrant({
		room,
		roomJoin: true,
		canSubscribe: true,
		// An empty list of sources would mean all of them: the switch decides.
		canPublish: sources.length > 0,
		...(sources.length > 0 ? { canPublishSources: sources } : {}),
		canPublishData: false,
		// True would let a client take another's name.
		canUpdateOwnMetadata: false
	});
	return token.toJwt();
}

/** The grant behind a token that these keys signed and that has not ended, or null. */
export async function readToken({ apiKey, apiSecret }: Keys, token: string): Promise<CallGrant | null> {
	// Every way in which a stranger's token can be wrong is a rejection, and means the same.
	const claims = await new TokenVerifier(apiKey, apiSecret).verify(token).catch(() => null);
	const pass = claims?.attributes?.[PASS];
	const { room, roomJoin, canPublish, canPublishSources } = claims?.video ?? {};
	if (!claims?.sub || !room || !roomJoin || pass === undefined) return null;
	// Left out, both mean "all".
	const mayPublish = canPublish ?? true;
	const sources: readonly unknown[] = canPublishSources?.length ? canPublishSources : ['screen_share'];
	const mayShareScreen = mayPublish && sources.includes('screen_share');
	return { room, identity: claims.sub, name: claims.name ?? '', pass, mayPublish, mayShareScreen };
}

/** The same of somebody who is in a room, in LiveKit's words. */
export function memberOf({ sid, identity, attributes, permission }: ParticipantInfo): CallMember {
	const mayPublish = permission?.canPublish ?? true;
	const sources = permission?.canPublishSources ?? [];
	// None named means all of them.
	const mayShareScreen = mayPublish && (sources.length === 0 || sources.includes(TrackSource.SCREEN_SHARE));
	return { sid, identity, pass: attributes[PASS] ?? null, mayPublish, mayShareScreen };
}
