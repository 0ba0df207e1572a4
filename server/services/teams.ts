import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { account, board, boardRole, member, person, team } from '#schema/index';
import { Refused } from '#domain/refusal';
import { oneLine, refuseTeamName } from '#domain/team/names';
import type { TeamRole } from '#domain/team/roles';
import type { Log } from '../log.ts';
import type { Announcements } from './announcements.ts';
import { isId, newId } from './ids.ts';
import { SHOWN } from './people.ts';
import type { Viewer } from './sessions.ts';

export type TeamOfMine = Readonly<{ id: string; name: string; role: TeamRole }>;
export type Member = Readonly<{ id: string; name: string; email: string | null; role: TeamRole; joinedAt: Date }>;

export type Teams = ReturnType<typeof createTeams>;

type Deps = Readonly<{
	db: Db;
	announce: Announcements;
	log: Log;
	/** Gives a new team its first board. */
	welcome: (by: Viewer, teamId: string) => Promise<unknown>;
}>;

/** Teams: the people, and what each may. */
export function createTeams({ db, announce, log, welcome }: Deps) {
	/** The viewer's role in a team; `team.unknown` for anyone who is not in it. */
	async function roleIn(teamId: string, personId: string): Promise<TeamRole> {
		if (!isId(teamId)) throw new Refused('team.unknown');
		const [found] = await db
			.select({ role: member.role })
			.from(member)
			.where(and(eq(member.teamId, teamId), eq(member.personId, personId)));
		if (!found) throw new Refused('team.unknown');
		return found.role;
	}

	/** Changes one member under a lock on the team, so that two owners cannot leave at the same moment. */
	async function changeMember(by: Viewer, teamId: string, personId: string, to: TeamRole | null): Promise<void> {
		await roleIn(teamId, by.id);
		await db.transaction(async (tx) => {
			await tx.select({ id: team.id }).from(team).where(eq(team.id, teamId)).for('update');
			const members = await tx.select().from(member).where(eq(member.teamId, teamId));
			// Read under the lock, like everything else here: whoever was lowered a moment ago lowers nobody.
			const own = members.find((one) => one.personId === by.id)?.role;
			if (own === undefined) throw new Refused('team.unknown');
			if (own === 'member' && !(to === null && personId === by.id)) throw new Refused('team.not-yours');
			const them = members.find((one) => one.personId === personId);
			if (!them) throw new Refused('team.member-unknown');
			// Who is not an owner neither makes nor unmakes one.
			if (own !== 'owner' && (them.role === 'owner' || to === 'owner')) throw new Refused('team.not-yours');
			const owners = members.filter((one) => one.role === 'owner');
			if (them.role === 'owner' && to !== 'owner' && owners.length === 1) throw new Refused('team.last-owner');
			const row = and(eq(member.teamId, teamId), eq(member.personId, personId));
			if (to !== null) {
				await tx.update(member).set({ role: to }).where(row);
				return;
			}
			await tx.delete(member).where(row);
			const boards = tx.select({ id: board.id }).from(board).where(eq(board.teamId, teamId));
			await tx.delete(boardRole).where(and(eq(boardRole.personId, personId), inArray(boardRole.boardId, boards)));
		});
		announce.access({ kind: 'person', person: personId });
	}

	return {
		roleIn,
		/** Makes a team with the viewer as its owner and a first board that explains itself. */
		async create(by: Viewer, name: string): Promise<TeamOfMine> {
			if (by.guest) throw new Refused('account.needed');
			const no = refuseTeamName(name);
			if (no) throw new Refused(no);
			const made = { id: newId(), name: oneLine(name), role: 'owner' as const };
			await db.transaction(async (tx) => {
				await tx.insert(team).values({ id: made.id, name: made.name });
				await tx.insert(member).values({ teamId: made.id, personId: by.id, role: made.role });
			});
			// The team is there by now: answered as a failure, it would be made twice.
			await welcome(by, made.id).catch((error: unknown) => {
				log.error({ err: error, team: made.id }, 'a new team got no welcome board');
			});
			return made;
		},
		/** The teams someone is in, by name. */
		async of(personId: string): Promise<readonly TeamOfMine[]> {
			const rows = await db
				.select({ id: team.id, name: team.name, role: member.role })
				.from(member)
				.innerJoin(team, eq(team.id, member.teamId))
				.where(eq(member.personId, personId));
			return rows.sort(byName);
		},
		/** One team as the viewer sees it. */
		async read(by: Viewer, teamId: string): Promise<TeamOfMine> {
			const role = await roleIn(teamId, by.id);
			const [found] = await db.select({ id: team.id, name: team.name }).from(team).where(eq(team.id, teamId));
			if (!found) throw new Refused('team.unknown');
			return { ...found, role };
		},
		/** Everyone in a team, by name. */
		async members(by: Viewer, teamId: string): Promise<readonly Member[]> {
			await roleIn(teamId, by.id);
			const rows = await db
				.select({ ...SHOWN, role: member.role, joinedAt: member.joinedAt })
				.from(member)
				.innerJoin(person, eq(person.id, member.personId))
				.leftJoin(account, eq(account.personId, person.id))
				.where(eq(member.teamId, teamId));
			return rows.sort(byName);
		},
		/** Gives a member another role. The last owner stays one. */
		setRole: (by: Viewer, teamId: string, personId: string, role: TeamRole): Promise<void> =>
			changeMember(by, teamId, personId, role),
		/** Takes someone, or oneself, out of a team: their open boards close within a second. */
		remove: (by: Viewer, teamId: string, personId: string): Promise<void> => changeMember(by, teamId, personId, null)
	};
}

/** The database's collation sorts by code point, so names are sorted here. */
function byName(one: { readonly name: string }, other: { readonly name: string }): number {
	return collator.compare(one.name, other.name);
}
const collator = new Intl.Collator(['nl', 'en'], { sensitivity: 'base', numeric: true });
