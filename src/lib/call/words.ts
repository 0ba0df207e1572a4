import { m } from '#i18n/messages';
import type { CallState, Device, OutReason, Source, WaitReason } from '#domain/call/state';

const WAITS: Readonly<Record<WaitReason, () => string>> = {
	'call.off': m.call_wait_off,
	'call.down': m.call_wait_down,
	offline: m.call_wait_offline
};

const OUTS: Readonly<Record<OutReason, () => string>> = {
	elsewhere: m.call_out_elsewhere,
	removed: m.call_out_removed,
	closed: m.call_out_closed,
	'signed-out': m.call_out_signed_out,
	'not-yours': m.call_out_not_yours,
	'unknown-board': m.call_out_unknown_board
};

const DEVICES: Readonly<Record<Source, Partial<Record<Device, () => string>>>> = {
	mic: {
		blocked: m.call_mic_blocked,
		missing: m.call_mic_missing,
		busy: m.call_mic_busy,
		insecure: m.call_mic_insecure,
		failed: m.call_mic_failed
	},
	camera: {
		blocked: m.call_camera_blocked,
		missing: m.call_camera_missing,
		busy: m.call_camera_busy,
		insecure: m.call_camera_insecure,
		failed: m.call_camera_failed
	}
};

/** What there is to say about a call right now, most pressing first; nothing while all is well. */
export function wordsOf(state: CallState): readonly string[] {
	switch (state.is) {
		case 'out':
			return state.why ? [OUTS[state.why]()] : [];
		case 'joining':
			return [m.call_joining()];
		case 'waiting':
			return [WAITS[state.why]()];
		case 'reconnecting':
			return [m.call_reconnecting()];
		case 'in':
			return [DEVICES.mic[state.mic]?.(), DEVICES.camera[state.camera]?.()].filter((line) => line !== undefined);
	}
}

/** Who is in the call, for someone who is not; nothing while nobody is. */
export function wordsOfOthers([name, ...others]: readonly string[]): readonly string[] {
	if (name === undefined) return [];
	return [others.length === 0 ? m.call_there({ name }) : m.call_there_more({ name, n: others.length })];
}
