import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { rounds, runAndKill, seededChance } from '../support/killed-process.ts';
import { CAN_RECORD, readRecord, recordingOf, ReplayedDisk, type Deed } from '../support/recorded-io.ts';
import { silent, temporaryFolder } from '../support/records.ts';

const CUTS = rounds(20, 6);

test('what a process does to its files can be recorded here, or that is said', () => {
	if (!CAN_RECORD) console.log('not run: power cuts of the document log (no Linux, or no C compiler)');
	expect(CAN_RECORD || !process.env['CI']).toBe(true);
});

/** A log that is appended to, killed, opened again and appended to: everything that was done to its files. */
async function recordedLife(chance: () => number, after?: string): Promise<readonly Deed[]> {
	const folder = temporaryFolder('log-power');
	const record = path.join(temporaryFolder('log-power-record'), 'record');
	for (let life = 1; life <= 2; life++) {
		const ended = await runAndKill(
			'log-writer.ts',
			[folder],
			{ from: 'opened', ms: rounds(600, 200) + chance() * 400 },
			{ env: recordingOf(folder, record), ...(after && { after }) }
		);
		expect(ended, `life ${life}`).toMatchObject({ killed: true, errors: '' });
	}
	return readRecord(record);
}

type Found = Readonly<{ acknowledged: number; lost: number; unopenable: number; syncs: number }>;

/** Cuts the power at random moments of a recorded life, and looks for what had been acknowledged by then. */
async function cutPower(deeds: readonly Deed[], chance: () => number): Promise<Found> {
	const disk = new ReplayedDisk();
	const acknowledged = new Map<string, string>();
	const firstWord = deeds.findIndex(({ name }) => name === 'acknowledged');
	const moments = new Set<number>();
	while (moments.size < CUTS) moments.add(firstWord + 1 + Math.floor(chance() * (deeds.length - firstWord)));
	const found = { acknowledged: 0, lost: 0, unopenable: 0, syncs: 0 };
	for (const [i, deed] of deeds.entries()) {
		disk.do(deed);
		if (deed.name === 'acknowledged') {
			for (const line of deed.bytes.toString().split('\n').filter(Boolean)) {
				const [doc = '', seq = '', byte = ''] = line.split(' ');
				acknowledged.set(`${doc} ${seq}`, byte);
			}
		}
		if (!moments.has(i + 1)) continue;
		for (const unsynced of ['nothing', 'some'] as const) {
			const folder = temporaryFolder('log-power-found');
			disk.cut(folder, unsynced, chance);
			const rows = await rowsIn(path.join(folder, 'documents.sqlite'));
			if (rows === null) found.unopenable++;
			else found.lost += [...acknowledged].filter(([row, byte]) => rows.get(row) !== byte).length;
			fs.rmSync(folder, { recursive: true });
		}
		found.acknowledged = acknowledged.size;
	}
	return { ...found, syncs: disk.syncs };
}

/** Every row as `<doc> <seq>` with its first byte, or null when the log cannot be opened, read and written. */
async function rowsIn(file: string): Promise<ReadonlyMap<string, string> | null> {
	const rows = new Map<string, string>();
	try {
		const store = await openSqliteDocumentStore({ file, log: silent });
		for (let n = 0; n < 4; n++) {
			const doc = `document-${n}`;
			const stored = await store.since(doc, 0);
			if (stored.some(({ seq }, at) => seq !== at + 1)) throw new Error(`a gap in ${doc}`);
			for (const { seq, update } of stored) rows.set(`${doc} ${seq}`, String(update[0]));
			await store.load(doc);
		}
		await store.append([{ doc: 'document-0', author: 'bo', at: 1, update: Uint8Array.of(1) }]);
		await store.close();
		return rows;
	} catch {
		return null;
	}
}

test.runIf(CAN_RECORD)('after a power cut the document log opens and holds every acknowledged row', async () => {
	const chance = seededChance('document log, power cuts');
	const found = await cutPower(await recordedLife(chance), chance);
	console.log(`document log, power cuts: ${JSON.stringify(found)}`);
	expect(found).toMatchObject({ lost: 0, unopenable: 0 });
	expect(found.acknowledged).toBeGreaterThan(100);
	expect(found.syncs).toBeGreaterThan(20);
});

test.runIf(CAN_RECORD)(
	'the same log that does not wait for the disk loses what it acknowledged, and that is seen',
	async () => {
		const chance = seededChance('document log, power cuts without syncing');
		const found = await cutPower(await recordedLife(chance, 'syncing-off.ts'), chance);
		console.log(`document log, power cuts without syncing: ${JSON.stringify(found)}`);
		expect(found.lost + found.unopenable).toBeGreaterThan(0);
	}
);
