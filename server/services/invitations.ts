import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { invitation, member, person, team } from '#schema/index';
import { m } from '#i18n/messages';
import { Refused } from '#domain/refusal';
import { refuseEmail, sameAddress } from '#domain/team/names';
import { mayInvite, type InvitedRole } from '#domain/team/roles';
import type { Clock } from '../ports/clock.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Log } from '../log.ts';
import type { Announcements } from './announcements.ts';
import type { Attempts } from './attempts.ts';
import { hashOf, isId, newId, newToken } from './ids.ts';
import type { Viewer } from './sessions.ts';
import type { Teams } from './teams.ts';

export type Invitation = Readonly<{
	id: string;
	role: InvitedRole;
	/** Only this address may accept; null: whoever has the link. */
	email: string | null;
	token: string;
	expiresAt: Date;
}>;

/** What a page can say to someone who holds an invitation's link. */
export type InvitationSeen = Readonly<{
	team: string;
	teamName: string;
	role: InvitedRole;
	email: string | null;
	/** The name of who invites; null when they are gone. */
	by: string | null;
}>;

export type Invitations = ReturnType<typeof createInvitations>;

const LASTS_MS = 14 * 24 * 60 * 60 * 1000;

type Deps = Readonly<{
	db: Db;
	clock: Clock;
	sealer: Sealer;
	mailer: Mailer;
	log: Log;
	announce: Announcements;
	attempts: Attempts;
	teams: Pick<Teams, 'roleIn'>;
}>;

/** Invitations into a team, by a link that lasts 14 days; with an address, for that address alone and by mail. */
export function createInvitations({ db, clock, sealer, mailer, log, announce, attempts, teams }: Deps) {
	const seen = {
		id: invitation.id,
		role: invitation.role,
		email: invitation.email,
		expiresAt: invitation.expiresAt
	};

	async function find(token: string) {
		const [found] = await db
			.select({ ...seen, teamId: invitation.teamId, teamName: team.name, by: person.name })
			.from(invitation)
			.innerJoin(team, eq(team.id, invitation.teamId))
			.leftJoin(person, eq(person.id, invitation.createdBy))
			.where(eq(invitation.tokenHash, hashOf(token)));
		if (!found) throw new Refused('invitation.unknown');
		if (found.expiresAt.getTime() <= clock.now()) throw new Refused('invitation.expired');
		return found;
	}

	/** An outage of the mail server must not lose the invitation: its link can be copied and sent by hand. */
	async function mailed(by: Viewer, teamName: string, to: string, url: string): Promise<boolean> {
		const locale = by.language ?? 'en';
		try {
			await mailer.send({
				to,
				subject: m.team_mail_invitation_subject({ name: by.name, team: teamName }, { locale }),
				text: m.team_mail_invitation_text({ name: by.name, team: teamName, url }, { locale })
			});
			return true;
		} catch (error) {
			log.error({ err: error }, 'an invitation could not be mailed');
			return false;
		}
	}

	/** Refuses an address that is none, and what is more mail than an invitation needs: it goes to people who did not ask for it. */
	async function countMail(by: Viewer, teamId: string, email: string): Promise<void> {
		const no = refuseEmail(email);
		if (no) throw new Refused(no);
		const to = email.toLowerCase();
		await attempts.count({
			'mail by person': by.id,
			'mail by team': teamId,
			'mail to address by team': `${teamId} ${to}`,
			'mail to address by person': `${by.id} ${to}`,
			'mail to address': to
		});
	}

	return {
		/**
		 * Invites. With an address it is mailed there (`mailed` says whether that worked); `urlOf` makes the link to mail.
		 * Refuses `rate.too-many` when too much is mailed by this person, for this team or by either to this address.
		 */
		async create(
			by: Viewer,
			teamId: string,
			asked: Readonly<{ role: InvitedRole; email?: string | undefined }>,
			urlOf: (token: string) => string
		): Promise<Invitation & Readonly<{ mailed: boolean }>> {
			const own = await teams.roleIn(teamId, by.id);
			if (!mayInvite(own, asked.role)) throw new Refused('team.not-yours');
			const email = asked.email?.trim() ?? null;
			if (email !== null) await countMail(by, teamId, email);
			const made = {
				id: newId(),
				role: asked.role,
				email,
				token: newToken(),
				expiresAt: new Date(clock.now() + LASTS_MS)
			};
			await db.insert(invitation).values({
				id: made.id,
				role: made.role,
				email,
				expiresAt: made.expiresAt,
				teamId,
				tokenHash: hashOf(made.token),
				tokenSealed: sealer.seal(made.token, `invitation:${made.id}`),
				createdBy: by.id
			});
			if (email === null) return { ...made, mailed: false };
			const [named] = await db.select({ name: team.name }).from(team).where(eq(team.id, teamId));
			return { ...made, mailed: await mailed(by, named?.name ?? '', email, urlOf(made.token)) };
		},
		/** The invitations that can still be accepted, newest first; members see those that they could have made. */
		async list(by: Viewer, teamId: string): Promise<readonly Invitation[]> {
			const own = await teams.roleIn(teamId, by.id);
			const rows = await db
				.select({ ...seen, tokenSealed: invitation.tokenSealed })
				.from(invitation)
				.where(and(eq(invitation.teamId, teamId), gt(invitation.expiresAt, new Date(clock.now()))))
				.orderBy(desc(invitation.createdAt));
			return rows.flatMap(({ tokenSealed, ...row }) => {
				const token = sealer.open(tokenSealed, `invitation:${row.id}`);
				// Sealed under a SECRET_KEY that is gone: it still works, but cannot be shown again.
				return token !== null && mayInvite(own, row.role) ? [{ ...row, token }] : [];
			});
		},
		/** Takes an invitation back; its link is unknown from now on. */
		async withdraw(by: Viewer, teamId: string, invitationId: string): Promise<void> {
			const own = await teams.roleIn(teamId, by.id);
			if (!isId(invitationId)) throw new Refused('invitation.unknown');
			const row = and(eq(invitation.id, invitationId), eq(invitation.teamId, teamId));
			const [found] = await db.select({ role: invitation.role }).from(invitation).where(row);
			if (!found) throw new Refused('invitation.unknown');
			if (!mayInvite(own, found.role)) throw new Refused('team.not-yours');
			await db.delete(invitation).where(row);
		},
		/** What an invitation is to, for the page that asks whether to accept it. `from` is the client's address. */
		look: (token: string, from: string): Promise<InvitationSeen> =>
			attempts.lookUp({ 'token by address': from }, ['invitation.unknown'], async () => {
				const { teamId, teamName, role, email, by } = await find(token);
				return { team: teamId, teamName, role, email, by };
			}),
		/** Makes the viewer a member, or leaves them what they already are. Answers the team. */
		accept: (by: Viewer, token: string, from: string): Promise<string> =>
			attempts.lookUp({ 'token by address': from }, ['invitation.unknown'], async () => {
				if (by.guest || by.email === null) throw new Refused('account.needed');
				const { id, teamId, role, email } = await find(token);
				if (email !== null && !sameAddress(email, by.email)) throw new Refused('invitation.other-address');
				const joined = await db.transaction(async (tx) => {
					const made = await tx
						.insert(member)
						.values({ teamId, personId: by.id, role })
						.onConflictDoNothing()
						.returning({ id: member.personId });
					if (made.length > 0) {
						await tx
							.update(invitation)
							.set({ uses: sql`${invitation.uses} + 1` })
							.where(eq(invitation.id, id));
					}
					return made.length > 0;
				});
				if (joined) announce.access({ kind: 'person', person: by.id });
				return teamId;
			})
	};
}
