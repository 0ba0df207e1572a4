import { eq } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { account, person } from '#schema/index';
import { Refused } from '#domain/refusal';
import type { Language } from '#domain/team/language';
import { oneLine, refusePersonName } from '#domain/team/names';
import type { Announcements } from './announcements.ts';
import type { Viewer } from './sessions.ts';

/** What is shown of a person; the address is null without an account, so it is joined with `leftJoin(account, …)`. */
export const SHOWN = { id: person.id, name: person.name, email: account.email };

export type PersonPatch = Readonly<{
	name?: string | undefined;
	/** Null: what the browser asks for. */
	language?: Language | null | undefined;
}>;

export type People = ReturnType<typeof createPeople>;

/** What people, guests included, say of themselves. */
export function createPeople({ db, announce }: Readonly<{ db: Db; announce: Announcements }>) {
	return {
		/** Changes what is given and answers the person as they are then. Boards that they have open show a new name at once. */
		async patch(by: Viewer, { name, language }: PersonPatch): Promise<Viewer> {
			const no = name === undefined ? null : refusePersonName(name);
			if (no) throw new Refused(no);
			const change = {
				...(name === undefined ? {} : { name: oneLine(name) }),
				...(language === undefined ? {} : { language })
			};
			if (Object.keys(change).length === 0) return by;
			await db.update(person).set(change).where(eq(person.id, by.id));
			if (name !== undefined) announce.access({ kind: 'person', person: by.id });
			return { ...by, ...change };
		}
	};
}
