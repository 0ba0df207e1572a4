import { boolean, index, integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Anyone who can be at a board: someone with an account, or a guest who came by a board link with a name only. */
export const person = pgTable('person', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	guest: boolean('guest').notNull().default(false),
	/** 'en' or 'nl'; null: what the browser asks for. */
	language: text('language'),
	createdAt: at('created_at').notNull().defaultNow()
});

export const account = pgTable(
	'account',
	{
		personId: text('person_id')
			.primaryKey()
			.references(() => person.id, { onDelete: 'cascade' }),
		/** As typed; unique without regard to case. */
		email: text('email').notNull(),
		/** argon2id in PHC form. */
		passwordHash: text('password_hash').notNull()
	},
	(t) => [uniqueIndex('account_email').on(sql`lower(${t.email})`)]
);

export const session = pgTable(
	'session',
	{
		/** SHA-256 of the session id: who reads the database cannot sign in with it. */
		idHash: text('id_hash').primaryKey(),
		personId: text('person_id')
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		expiresAt: at('expires_at').notNull()
	},
	(t) => [index('session_person').on(t.personId)]
);

export const team = pgTable('team', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	createdAt: at('created_at').notNull().defaultNow()
});

export const member = pgTable(
	'member',
	{
		teamId: text('team_id')
			.notNull()
			.references(() => team.id, { onDelete: 'cascade' }),
		personId: text('person_id')
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		role: text('role', { enum: ['owner', 'admin', 'member'] }).notNull(),
		joinedAt: at('joined_at').notNull().defaultNow()
	},
	(t) => [primaryKey({ columns: [t.teamId, t.personId] }), index('member_person').on(t.personId)]
);

export const invitation = pgTable(
	'invitation',
	{
		id: text('id').primaryKey(),
		teamId: text('team_id')
			.notNull()
			.references(() => team.id, { onDelete: 'cascade' }),
		role: text('role', { enum: ['admin', 'member'] }).notNull(),
		/** When set, only this address may accept. */
		email: text('email'),
		/** SHA-256 of the token, for look-up. */
		tokenHash: text('token_hash').notNull().unique(),
		/** The token sealed under SECRET_KEY, so that the link can be copied again. */
		tokenSealed: text('token_sealed').notNull(),
		createdBy: text('created_by').references(() => person.id, { onDelete: 'set null' }),
		createdAt: at('created_at').notNull().defaultNow(),
		expiresAt: at('expires_at').notNull(),
		uses: integer('uses').notNull().default(0)
	},
	(t) => [index('invitation_team').on(t.teamId)]
);
