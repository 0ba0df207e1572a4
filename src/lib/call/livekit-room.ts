/**
 * A call's media through LiveKit. This module carries livekit-client, so the page reaches it by a dynamic import only,
 * when a call is joined.
 */
import {
	DefaultReconnectPolicy,
	DisconnectReason,
	MediaDeviceFailure,
	Room,
	setLogLevel,
	RoomEvent,
	Track,
	TrackEvent,
	type LocalTrackPublication,
	type Participant,
	type RemoteTrack
} from 'livekit-client';
import type { Device, OutReason, Source } from '#domain/call/state';
import type { MediaEvent, MediaRoom, Member, Picture } from './media-room';

/**
 * LiveKit's own delays grow to 7 s. A restarted server is up within two, so it is asked that often; after about 15 s the
 * room gives up and the call starts over with a fresh token.
 */
const RECONNECT_DELAYS_MS = [0, 300, 700, 1_200, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000];

const SOURCES: Readonly<Record<Source, Track.Source>> = { mic: Track.Source.Microphone, camera: Track.Source.Camera };

const FINAL: ReadonlyMap<DisconnectReason | undefined, OutReason> = new Map([
	[DisconnectReason.DUPLICATE_IDENTITY, 'elsewhere'],
	[DisconnectReason.ROOM_DELETED, 'closed']
]);

const CHANGES = [
	RoomEvent.ParticipantConnected,
	RoomEvent.ParticipantDisconnected,
	RoomEvent.ParticipantNameChanged,
	RoomEvent.TrackSubscribed,
	RoomEvent.TrackUnsubscribed,
	RoomEvent.TrackPublished,
	RoomEvent.TrackUnpublished,
	RoomEvent.TrackMuted,
	RoomEvent.TrackUnmuted,
	RoomEvent.LocalTrackPublished,
	RoomEvent.LocalTrackUnpublished,
	RoomEvent.AudioPlaybackStatusChanged
] as const;

// At its own level the client tells addresses, and with them tokens, to the browser's console.
setLogLevel('error');

/** A room that is not connected yet. It reports to `onEvent` from `connect` to `leave`. */
export function openLiveKitRoom(onEvent: (event: MediaEvent) => void): MediaRoom {
	const room = new Room({
		adaptiveStream: { pauseVideoInBackground: true },
		dynacast: true,
		publishDefaults: { simulcast: true },
		// LiveKit would also leave on beforeunload, from which a person may turn back; the call listens to pagehide itself.
		disconnectOnPageLeave: false,
		reconnectPolicy: new DefaultReconnectPolicy(RECONNECT_DELAYS_MS)
	});
	const pictures = new WeakMap<Track, Picture>();
	const voices = new Map<RemoteTrack, HTMLAudioElement>();
	let left = false;

	function subscribe(): void {
		for (const participant of room.remoteParticipants.values()) {
			for (const publication of participant.trackPublications.values()) {
				const wanted = publication.source === SOURCES.mic || publication.source === SOURCES.camera;
				if (wanted && !publication.isDesired) publication.setSubscribed(true);
			}
		}
	}

	/** The same track answers the same picture, so that a change elsewhere does not make a face flicker. */
	function pictureOf(track: Track): Picture {
		const known = pictures.get(track);
		if (known) return known;
		const picture: Picture = {
			show(video) {
				track.attach(video);
				return () => void track.detach(video);
			}
		};
		pictures.set(track, picture);
		return picture;
	}

	/**
	 * A track in Web Audio is silent unless it also sits on a media element, so each voice has one that nobody sees. The
	 * elements are ours: LiveKit forgets those of a room that it lost, and they would pile up in the page.
	 */
	function play(track: RemoteTrack): void {
		if (track.kind !== Track.Kind.Audio) return;
		const element = document.createElement('audio');
		element.hidden = true;
		element.dataset['callSound'] = '';
		document.body.append(element);
		voices.set(track, element);
		track.attach(element);
	}

	function silence(track: RemoteTrack): void {
		const element = voices.get(track);
		if (!element) return;
		voices.delete(track);
		track.detach(element);
		element.remove();
	}

	function memberOf(participant: Participant): Member {
		const liveTrack = (source: Source): Track | null => {
			const publication = participant.getTrackPublication(SOURCES[source]);
			return publication?.track && !publication.isMuted ? publication.track : null;
		};
		const camera = liveTrack('camera');
		return {
			identity: participant.identity,
			name: participant.name ?? '',
			joinedAt: participant.joinedAt?.getTime() ?? 0,
			picture: camera && pictureOf(camera),
			sound: liveTrack('mic')?.mediaStreamTrack ?? null
		};
	}

	for (const change of CHANGES) room.on(change, () => onEvent({ is: 'changed' }));
	room.on(RoomEvent.TrackPublished, subscribe);
	room.on(RoomEvent.ParticipantConnected, subscribe);
	room.on(RoomEvent.TrackSubscribed, play);
	room.on(RoomEvent.TrackUnsubscribed, silence);
	room.on(RoomEvent.SignalReconnecting, () => onEvent({ is: 'reconnecting' }));
	room.on(RoomEvent.Reconnecting, () => onEvent({ is: 'reconnecting' }));
	room.on(RoomEvent.Reconnected, () => onEvent({ is: 'reconnected' }));
	room.on(RoomEvent.Disconnected, (reason) => {
		for (const track of voices.keys()) silence(track);
		if (left) return;
		if (reason === DisconnectReason.PARTICIPANT_REMOVED) onEvent({ is: 'put-out' });
		else onEvent({ is: 'ended', why: FINAL.get(reason) ?? 'lost' });
	});
	/** Own tracks whose device went away. A room that is given up ends its tracks too, and that is no loss of a device. */
	const vanished = new WeakSet<Track>();
	room.on(RoomEvent.LocalTrackPublished, ({ track }: LocalTrackPublication) => {
		track?.on(TrackEvent.Ended, () => vanished.add(track));
		track?.on(TrackEvent.Restarted, () => vanished.delete(track));
	});
	room.on(RoomEvent.LocalTrackUnpublished, ({ track, source }: LocalTrackPublication) => {
		if (!track || !vanished.has(track) || left) return;
		if (source === SOURCES.mic) onEvent({ is: 'device-lost', source: 'mic' });
		if (source === SOURCES.camera) onEvent({ is: 'device-lost', source: 'camera' });
	});

	return {
		async connect(url, token) {
			// Never LiveKit's own choice of subscriptions: groups within a board will hear less than everybody.
			await room.connect(url, token, { autoSubscribe: false });
			subscribe();
		},
		async leave() {
			left = true;
			await room.disconnect(true);
		},
		async set(source, on) {
			if (on && !navigator.mediaDevices) return 'insecure';
			try {
				if (source === 'mic') await room.localParticipant.setMicrophoneEnabled(on);
				else await room.localParticipant.setCameraEnabled(on);
				return on ? 'on' : 'off';
			} catch (cause) {
				return deviceAfter(cause);
			}
		},
		subscribe,
		get members() {
			return [...room.remoteParticipants.values()].map(memberOf);
		},
		get self() {
			return room.localParticipant.identity ? memberOf(room.localParticipant) : null;
		},
		get soundBlocked() {
			return !room.canPlaybackAudio;
		},
		startSound: () => room.startAudio()
	};
}

function deviceAfter(cause: unknown): Device {
	switch (MediaDeviceFailure.getFailure(cause)) {
		case MediaDeviceFailure.PermissionDenied:
			return 'blocked';
		case MediaDeviceFailure.NotFound:
			return 'missing';
		case MediaDeviceFailure.DeviceInUse:
			return 'busy';
		default:
			return 'failed';
	}
}
