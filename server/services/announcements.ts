import {
	ACCESS_TOPIC,
	BOARD_TOPIC,
	encodeAnnouncement,
	type AccessChange,
	type BoardChange
} from '#domain/wire/announcement';
import type { Bus } from '../ports/bus.ts';

export type Announcements = ReturnType<typeof createAnnouncements>;

/** Tells every node what changed. Call it after the commit: who hears it reads the records at once. */
export function createAnnouncements({ bus }: { readonly bus: Bus }) {
	return {
		/** Someone's access may have changed: open sockets and calls that rest on it are asked again. */
		access(change: AccessChange): void {
			bus.publish(ACCESS_TOPIC, encodeAnnouncement(change));
		},
		/** A board's record changed: open pages show its new title, or leave. */
		board(change: BoardChange): void {
			bus.publish(BOARD_TOPIC, encodeAnnouncement(change));
		}
	};
}
