import type { App as Nabij, Viewer } from '../server/app.ts';
import type { Refused } from '#domain/refusal';
import type { Language } from '#domain/team/language';

declare global {
	namespace App {
		interface Locals {
			/** The product; pages and calls reach it here and nowhere else. */
			app: Nabij;
			/** Who looks, or null without a session. */
			viewer: Viewer | null;
			/** Who looks could not be read: a part is away. `viewer` is null then, and says nothing. */
			unread: Refused | null;
			/** A part that went away while this was being answered. */
			away: Refused | null;
			/** The language of this answer. */
			language: Language;
		}
		interface Error {
			message: string;
			/** Under which the log has it. */
			id?: string;
			code?: string;
		}
	}
}

export {};
