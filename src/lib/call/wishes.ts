import { z } from 'zod';
import type { Wishes } from '#domain/call/state';

const KEY = 'nabij:call:wishes';
const wishesSchema = z.object({ mic: z.boolean(), camera: z.boolean() });

/** Heard, not seen: what a device does in the first call, before its owner has chosen. */
const FIRST: Wishes = { mic: true, camera: false };

/** Where the choice of microphone and camera is kept between calls. */
export interface WishStore {
	load(): Wishes;
	save(wishes: Wishes): void;
}

/** Keeps the choice in this browser. A full or forbidden storage only means that it is asked anew next time. */
export function wishesOfThisDevice(storage: Pick<Storage, 'getItem' | 'setItem'>): WishStore {
	return {
		load() {
			try {
				return wishesSchema.parse(JSON.parse(storage.getItem(KEY) ?? 'null'));
			} catch {
				return FIRST;
			}
		},
		save(wishes) {
			try {
				storage.setItem(KEY, JSON.stringify(wishes));
			} catch {
				// Private windows and full disks refuse; the call itself does not depend on it.
			}
		}
	};
}
