/**
 * A disk that can lose its power under a program of its own: everything that a process does to the files of a folder is
 * written down (recorded-io.c), and what a power cut at any moment of that would have left is made from the record.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { projectPath } from '#server/adapters/project-path';
import { DiskAccount } from './disk-account.ts';

/** Whether it can be done here: it takes Linux and a C compiler. */
export const CAN_RECORD = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

/** What a process needs in its environment so that its deeds in `folder` are added to the file `record`. */
export function recordingOf(folder: string, record: string): Readonly<Record<string, string>> {
	const library = path.join(path.dirname(record), 'recorded-io.so');
	if (!fs.existsSync(library)) {
		const source = projectPath('tests/support/recorded-io.c');
		execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread']);
	}
	return { LD_PRELOAD: library, NABIJ_IO_FOLDER: `${folder}/`, NABIJ_IO_RECORD: record };
}

/** One deed: bytes written, a size given, a sync, a name taken away. */
export type Deed = Readonly<{ kind: 'w' | 't' | 's' | 'u'; name: string; at: number; bytes: Buffer }>;

const HEAD_BYTES = 21;

/** The record in order. Its last deed is left out where a kill has cut it. */
export function readRecord(file: string): readonly Deed[] {
	const record = fs.readFileSync(file);
	const deeds: Deed[] = [];
	let from = 0;
	while (from + HEAD_BYTES <= record.length) {
		const named = record.readUInt32LE(from + 1);
		const length = Number(record.readBigUInt64LE(from + 13));
		const end = from + HEAD_BYTES + named + length;
		if (end > record.length) break;
		const bytesAt = from + HEAD_BYTES + named;
		deeds.push({
			kind: String.fromCharCode(record[from] ?? 0) as Deed['kind'],
			name: record.toString('utf8', from + HEAD_BYTES, bytesAt),
			at: Number(record.readBigUInt64LE(from + 5)),
			bytes: record.subarray(bytesAt, end)
		});
		from = end;
	}
	return deeds;
}

/** The disk as the deeds so far have left it, which began as an empty folder. */
export class ReplayedDisk {
	readonly #account = new DiskAccount();
	readonly #known = new Set<string>();
	/** Files that were synced, one for each time. */
	syncs = 0;

	do({ kind, name, at, bytes }: Deed): void {
		const isFolder = name === '';
		if (kind === 's') {
			if (!isFolder) this.syncs++;
			return this.#account.synced(name, isFolder);
		}
		if (kind === 'u') {
			this.#known.delete(name);
			return this.#account.unlinked(name);
		}
		if (!this.#known.has(name)) this.#account.created(name);
		this.#known.add(name);
		if (kind === 't') this.#account.sized(name, at);
		else this.#account.wrote(name, at, bytes);
	}

	/** Makes `folder` as it would be found: see {@link DiskAccount.cut}. */
	cut(folder: string, unsynced: 'nothing' | 'some', chance: () => number): void {
		this.#account.cut(folder, unsynced, chance);
	}
}
