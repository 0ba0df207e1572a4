import { index, integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { person, team } from './team.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const board = pgTable(
	'board',
	{
		id: text('id').primaryKey(),
		teamId: text('team_id')
			.notNull()
			.references(() => team.id, { onDelete: 'cascade' }),
		title: text('title').notNull(),
		createdBy: text('created_by').references(() => person.id, { onDelete: 'set null' }),
		createdAt: at('created_at').notNull().defaultNow(),
		updatedAt: at('updated_at').notNull().defaultNow(),
		archivedAt: at('archived_at'),
		/** In the bin since; leaves for good after 30 days. */
		deletedAt: at('deleted_at')
	},
	(t) => [index('board_team').on(t.teamId)]
);

/** Where a board says more of a member than "editor": its facilitator, or someone it only lets watch. */
export const boardRole = pgTable(
	'board_role',
	{
		boardId: text('board_id')
			.notNull()
			.references(() => board.id, { onDelete: 'cascade' }),
		personId: text('person_id')
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		role: text('role', { enum: ['facilitator', 'editor', 'commenter', 'viewer'] }).notNull()
	},
	(t) => [primaryKey({ columns: [t.boardId, t.personId] })]
);

export const boardLink = pgTable(
	'board_link',
	{
		id: text('id').primaryKey(),
		boardId: text('board_id')
			.notNull()
			.references(() => board.id, { onDelete: 'cascade' }),
		role: text('role', { enum: ['editor', 'commenter', 'viewer'] }).notNull(),
		tokenHash: text('token_hash').notNull().unique(),
		tokenSealed: text('token_sealed').notNull(),
		createdBy: text('created_by').references(() => person.id, { onDelete: 'set null' }),
		createdAt: at('created_at').notNull().defaultNow(),
		expiresAt: at('expires_at'),
		withdrawnAt: at('withdrawn_at')
	},
	(t) => [index('board_link_board').on(t.boardId)]
);

/** A guest lives by the link they came through: when it is withdrawn or expires, so does their access. */
export const guest = pgTable(
	'guest',
	{
		personId: text('person_id')
			.primaryKey()
			.references(() => person.id, { onDelete: 'cascade' }),
		linkId: text('link_id')
			.notNull()
			.references(() => boardLink.id, { onDelete: 'cascade' })
	},
	(t) => [index('guest_link').on(t.linkId)]
);

/** Every synced document has exactly one kind. A board's own document has the board's id. */
export const document = pgTable(
	'document',
	{
		id: text('id').primaryKey(),
		kind: text('kind', { enum: ['board'] }).notNull(),
		boardId: text('board_id').references(() => board.id, { onDelete: 'cascade' }),
		/** The lowest page version that may write it. */
		schema: integer('schema').notNull().default(1)
	},
	(t) => [uniqueIndex('document_board_kind').on(t.boardId, t.kind)]
);
