import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as schema from '#schema/index';
import type { Records } from '#schema/records';
import { newId } from '#server/services/ids';
import { createStandings } from '#server/services/standing';
import { postgresForTests } from '../support/engines.ts';
import { freshPostgresRecords, freshRecords } from '../support/records.ts';

const SEATS = 500;
const NOW = Date.parse('2026-11-25T12:00:00Z');
/** How somebody came to a board, and what they may there; null: they see nothing of it. */
const WAYS = [
	{ by: 'team', role: 'editor' },
	{ by: 'team, with a role at the board', role: 'viewer' },
	{ by: 'link', role: 'commenter' },
	{ by: 'withdrawn link', role: null },
	{ by: 'ended link', role: null },
	{ by: 'link to another board', role: null },
	{ by: 'nothing', role: null }
] as const;

/** As many boards and people as seats, each board with somebody of its own who came there one way or another. */
async function manySeats(db: Records['db']) {
	const { board, boardLink, boardRole, guest, member, person, team } = schema;
	const seats = Array.from({ length: SEATS }, (_, n) => ({
		...(WAYS[n % WAYS.length] ?? WAYS[0]),
		person: newId(),
		board: newId(),
		team: newId(),
		link: newId()
	}));
	const before = new Date(NOW - 1);
	await db.insert(team).values(seats.map((one) => ({ id: one.team, name: 'Team' })));
	await db.insert(person).values(seats.map((one) => ({ id: one.person, name: 'Ada', guest: one.by.endsWith('link') })));
	await db.insert(board).values(seats.map((one) => ({ id: one.board, teamId: one.team, title: 'Plan' })));
	const members = seats.filter(({ by }) => by.startsWith('team'));
	await db
		.insert(member)
		.values(members.map((one) => ({ teamId: one.team, personId: one.person, role: 'member' as const })));
	const placed = seats.filter(({ by }) => by === 'team, with a role at the board');
	await db
		.insert(boardRole)
		.values(placed.map((one) => ({ boardId: one.board, personId: one.person, role: 'viewer' as const })));
	await db.insert(boardLink).values(
		seats.map(({ link, board, by }, n) => ({
			id: link,
			boardId: by === 'link to another board' ? (seats[(n + 1) % SEATS]?.board ?? board) : board,
			role: 'commenter' as const,
			tokenHash: link,
			tokenSealed: link,
			withdrawnAt: by === 'withdrawn link' ? before : null,
			expiresAt: by === 'ended link' ? before : null
		}))
	);
	const guests = seats.filter(({ by }) => by.includes('link'));
	await db.insert(guest).values(guests.map((one) => ({ personId: one.person, linkId: one.link })));
	return seats;
}

type Plan = Readonly<{ Plans?: readonly Plan[] } & Record<string, unknown>>;

/** How many rows the database looked at for this plan, those that it threw away again among them. */
function rowsOf(plan: Plan): number {
	const seen = ['Actual Rows', 'Rows Removed by Filter', 'Rows Removed by Join Filter'];
	const own = seen.reduce((sum, name) => sum + Number(plan[name] ?? 0), 0) * Number(plan['Actual Loops'] ?? 1);
	return (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), own);
}

/** What many people may at their boards, by one question. */
function standingsContract(name: string, open: () => Promise<Records>): void {
	describe(`standings on ${name}`, () => {
		test(`${SEATS} seats at once are each answered with their own, and cost no look at every pair there is`, async () => {
			const records = await open();
			onTestFinished(() => records.close());
			const seats = await manySeats(records.db);
			const asked: { text: string; values: unknown[] }[] = [];
			const logger = { logQuery: (text: string, values: unknown[]) => void asked.push({ text, values }) };
			const db = drizzle({ client: records.pool, schema, logger });
			const standings = createStandings({ db, clock: { now: () => NOW } });

			const twice = seats.slice(0, 20);
			const unknown = [
				{ person: seats[0]?.person ?? '', board: newId() },
				{ person: newId(), board: 'no id' }
			];
			const answers = await standings.findAll([...seats, ...twice, ...unknown]);
			expect(answers.map((one) => one && { board: one.board.id, role: one.standing.role })).toEqual([
				...[...seats, ...twice].map(({ board, role }) => role && { board, role }),
				...unknown.map(() => null)
			]);

			expect(asked).toHaveLength(1);
			for (const { text, values } of asked) {
				const explained = await records.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
				expect(rowsOf(explained.rows[0]['QUERY PLAN'][0].Plan)).toBeLessThan(50 * SEATS);
			}
		});
	});
}

standingsContract('PGlite', freshRecords);

const server = postgresForTests();
if (server) standingsContract('PostgreSQL', () => freshPostgresRecords(server));
else test.skip('standings on PostgreSQL');
