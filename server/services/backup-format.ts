/**
 * A backup is lines of JSON, gzipped as a whole: a header, the rows of every table, every document that they name, and an
 * end that counts and digests all lines before it. What comes first is what others rest on, so it can be read back in order.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KeptDocument, Snapshot } from '../ports/document-store.ts';

/** Raised when lines change their meaning. */
const FORMAT = 1;

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const row = z.object({ seq: z.int(), author: z.string(), at: z.int(), update: bytes });
const snapshot = z.object({ seq: z.int(), author: z.string(), at: z.int(), state: bytes });

const lineSchema = z.union([
	z.object({
		backup: z.literal('nabij'),
		format: z.int(),
		/** Of the product that wrote it. */
		version: z.string(),
		/** When it was begun, ISO 8601. */
		at: z.string(),
		/** The secret that its sealed links can be read with; null where the operator keeps it. */
		secret: z.string().nullable()
	}),
	z.object({ table: z.string(), row: z.string() }),
	z.object({
		document: z.string(),
		epoch: z.int(),
		seq: z.int(),
		retired: z.array(z.number()),
		checkpoint: z.object({ seq: z.int(), state: bytes }).nullable(),
		rows: z.int(),
		snapshots: z.int()
	}),
	z.object({ change: row }),
	z.object({ moment: snapshot }),
	z.object({ end: z.object({ lines: z.int(), sha256: z.string() }) })
]);

export type BackupLine = z.output<typeof lineSchema>;
export type BackupHeader = Extract<BackupLine, { backup: 'nabij' }>;

/** The file is not what it should be; the message is a sentence for who gave it. */
export class BackupDamaged extends Error {
	override readonly name = 'BackupDamaged';
}

export function headerLine(header: Pick<BackupHeader, 'version' | 'at' | 'secret'>): string {
	return JSON.stringify({ backup: 'nabij', format: FORMAT, ...header });
}

/** `text`: the row as PostgreSQL writes it as JSON. */
export function rowLine(table: string, text: string): string {
	return JSON.stringify({ table, row: text });
}

/** The lines of one document. */
export function* documentLines(kept: KeptDocument): Generator<string> {
	const { doc, epoch, seq, retired, checkpoint, rows, snapshots } = kept;
	yield JSON.stringify({
		document: doc,
		epoch,
		seq,
		retired,
		checkpoint: checkpoint && { seq: checkpoint.seq, state: base64(checkpoint.state) },
		rows: rows.length,
		snapshots: snapshots.length
	});
	for (const { update, ...change } of rows) yield JSON.stringify({ change: { ...change, update: base64(update) } });
	for (const { state, ...moment } of snapshots) yield JSON.stringify({ moment: { ...moment, state: base64(state) } });
}

/** Adds the end to lines, and a line break to each. */
export async function* sealed(lines: AsyncIterable<string>): AsyncGenerator<string> {
	const digest = createHash('sha256');
	let count = 0;
	for await (const line of lines) {
		digest.update(line).update('\n');
		count++;
		yield `${line}\n`;
	}
	yield `${JSON.stringify({ end: { lines: count, sha256: digest.digest('hex') } })}\n`;
}

/** Reads lines back. Throws {@link BackupDamaged} at the first that cannot be, and when the end does not fit. */
export async function* opened(lines: AsyncIterable<string>): AsyncGenerator<BackupLine> {
	const digest = createHash('sha256');
	let count = 0;
	let ended = false;
	for await (const text of lines) {
		if (ended) throw new BackupDamaged('Something stands behind the end of the backup.');
		const line = read(text, count);
		if ('end' in line) {
			ended = true;
			if (line.end.lines !== count || line.end.sha256 !== digest.digest('hex')) {
				throw new BackupDamaged('The backup was altered: its lines are not those that it was sealed with.');
			}
			continue;
		}
		digest.update(text).update('\n');
		count++;
		yield line;
	}
	if (!ended) throw new BackupDamaged('The backup is not whole: its end is missing.');
}

/** Puts documents together again, out of all lines. */
export async function* documentsIn(lines: AsyncIterable<BackupLine>): AsyncGenerator<KeptDocument> {
	type Growing = { kept: KeptDocument; rows: KeptDocument['rows'][number][]; snapshots: Snapshot[]; due: number };
	let growing: Growing | null = null;
	for await (const line of lines) {
		if ('document' in line) {
			const { document: doc, epoch, seq, retired, checkpoint } = line;
			const parts = { rows: [], snapshots: [] };
			growing = {
				kept: { doc, epoch, seq, retired, checkpoint, ...parts },
				...parts,
				due: line.rows + line.snapshots
			};
		} else if (growing && 'change' in line) growing.rows.push(line.change);
		else if (growing && 'moment' in line) growing.snapshots.push(line.moment);
		else continue;
		if (growing.rows.length + growing.snapshots.length === growing.due) yield growing.kept;
	}
}

function read(text: string, index: number): BackupLine {
	let line: BackupLine;
	try {
		line = lineSchema.parse(JSON.parse(text));
	} catch (cause) {
		if (index === 0) throw new BackupDamaged('This is no backup of Nabij.', { cause });
		throw new BackupDamaged(`Line ${index + 1} of the backup cannot be read.`, { cause });
	}
	if ((index === 0) !== 'backup' in line) throw new BackupDamaged('This is no backup of Nabij.');
	if ('backup' in line && line.format > FORMAT) {
		throw new BackupDamaged(`The backup was written by a newer version of Nabij (${line.version}).`);
	}
	return line;
}

function base64(state: Uint8Array): string {
	return Buffer.from(state.buffer, state.byteOffset, state.byteLength).toString('base64');
}
