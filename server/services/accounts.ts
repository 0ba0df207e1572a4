import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { account, invitation, person } from '#schema/index';
import { Refused } from '#domain/refusal';
import type { Language } from '#domain/team/language';
import { oneLine, refuseEmail, refusePassword, refusePersonName, sameAddress } from '#domain/team/names';
import type { Clock } from '../ports/clock.ts';
import type { Attempts } from './attempts.ts';
import { hashOf, newId } from './ids.ts';
import type { Passwords } from './passwords.ts';

export type SignUp = Readonly<{
	name: string;
	email: string;
	password: string;
	language?: Language | undefined;
	/** The token of an invitation; needed where sign-up is by invitation only. */
	invitation?: string | undefined;
}>;

export type Accounts = ReturnType<typeof createAccounts>;

/** Any constant that no other lock of ours uses. */
const FIRST_ACCOUNT_LOCK = 7_140_001;

type Deps = Readonly<{ db: Db; clock: Clock; passwords: Passwords; attempts: Attempts; signUp: 'open' | 'invited' }>;

/** Accounts: made with an address and a password, opened with the same. */
export function createAccounts({ db, clock, passwords, attempts, signUp }: Deps) {
	/** Refuses unless sign-up is open, this is the first account, or the invitation is good for this address. */
	async function admitSignUp(tx: Pick<Db, 'select' | 'execute'>, email: string, token: string | undefined) {
		if (signUp === 'open') return;
		await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_ACCOUNT_LOCK})`);
		const [anyone] = await tx.select({ id: account.personId }).from(account).limit(1);
		if (!anyone) return;
		if (token === undefined) throw new Refused('account.sign-up-invited-only');
		const [invited] = await tx
			.select({ email: invitation.email })
			.from(invitation)
			.where(and(eq(invitation.tokenHash, hashOf(token)), gt(invitation.expiresAt, new Date(clock.now()))));
		if (!invited) throw new Refused('account.sign-up-invited-only');
		if (invited.email !== null && !sameAddress(invited.email, email)) throw new Refused('invitation.other-address');
	}

	return {
		/** Gets ready to answer for unknown addresses as fast as for known ones; for who is going to serve. */
		prepare: (): Promise<void> => passwords.prepare(),
		/** Whether an account can be made without an invitation. */
		async signUpIsOpen(): Promise<boolean> {
			return signUp === 'open' || (await db.select({ id: account.personId }).from(account).limit(1)).length === 0;
		},
		/**
		 * Makes an account and answers the person's id. Of two at one moment with one address, one is refused
		 * `account.email-taken`. `from` is the client's address, for counting; commands of the operator have none.
		 */
		async signUp(asked: SignUp, from: string | null = null): Promise<string> {
			const no = refusePersonName(asked.name) ?? refuseEmail(asked.email) ?? refusePassword(asked.password);
			if (no) throw new Refused(no);
			const email = asked.email.trim();
			if (from !== null) await attempts.count({ 'sign-up by address': from });
			// Asked before the hash, which is dear, and once more with the insert, where the answer counts.
			await admitSignUp(db, email, asked.invitation);
			const passwordHash = await passwords.hash(asked.password);
			const id = newId();
			await db.transaction(async (tx) => {
				await admitSignUp(tx, email, asked.invitation);
				await tx.insert(person).values({ id, name: oneLine(asked.name), language: asked.language ?? null });
				const made = await tx
					.insert(account)
					.values({ personId: id, email, passwordHash })
					.onConflictDoNothing()
					.returning({ id: account.personId });
				if (made.length === 0) throw new Refused('account.email-taken');
			});
			return id;
		},
		/**
		 * The person with this address and password, or `session.wrong-credentials`: alike, and after the same work, for a
		 * wrong password and an unknown address. `from` is the client's address, for counting failures.
		 */
		async signIn(email: string, password: string, from: string): Promise<string> {
			const refused = new Refused('session.wrong-credentials');
			if (refuseEmail(email) || refusePassword(password) === 'account.password-too-long') throw refused;
			const keys = { 'sign-in by account': email.trim().toLowerCase(), 'sign-in by address': from };
			return attempts.guess(keys, [refused.code], async () => {
				const [found] = await db
					.select({ id: account.personId, passwordHash: account.passwordHash })
					.from(account)
					.where(sql`lower(${account.email}) = lower(${email.trim()})`);
				if (!(await passwords.matches(found?.passwordHash ?? null, password)) || !found) throw refused;
				return found.id;
			});
		}
	};
}
