import { constants } from 'node:fs';
import fs from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/**
 * Makes `target` from a packed folder (tar, brotli), whole or not at all: it is unpacked beside its place, every file and
 * folder is synced, and then it gets its name. What an unpacking cut short has left is thrown away. Only the owner can
 * read the result. Does nothing where `target` exists.
 */
export function unpackFolder(packed: string, target: string): void {
	if (fs.existsSync(target)) return;
	const unfinished = `${target}.unpacking`;
	fs.rmSync(unfinished, { recursive: true, force: true });
	fs.mkdirSync(unfinished, { mode: 0o700 });
	const folders = [unfinished];
	for (const entry of readTar(brotliDecompressSync(fs.readFileSync(packed)))) {
		const place = path.join(unfinished, entry.name);
		if (entry.is === 'folder') {
			if (place !== unfinished && !folders.includes(place)) {
				fs.mkdirSync(place, { recursive: true, mode: 0o700 });
				folders.push(place);
			}
		} else writeSynced(place, entry.bytes);
	}
	for (const folder of folders.reverse()) syncFolder(folder);
	fs.renameSync(unfinished, target);
	syncFolder(path.dirname(target));
}

type Entry = Readonly<{ is: 'folder'; name: string }> | Readonly<{ is: 'file'; name: string; bytes: Buffer }>;

const BLOCK = 512;
const FOLDER = 0x35;

/** The plain ustar entries that `server/cli/make-snapshot.ts` writes: short names, files and folders only. */
function* readTar(tar: Buffer): Generator<Entry> {
	const text = (from: number, length: number) => tar.toString('latin1', from, from + length).replace(/\0.*$/s, '');
	for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
		const name = text(at, 100);
		const size = Number.parseInt(text(at + 124, 12), 8) || 0;
		const isFolder = tar[at + 156] === FOLDER;
		at += BLOCK;
		if (isFolder) yield { is: 'folder', name };
		else yield { is: 'file', name, bytes: tar.subarray(at, at + size) };
		at += Math.ceil(size / BLOCK) * BLOCK;
	}
}

function writeSynced(place: string, bytes: Buffer): void {
	const file = fs.openSync(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	try {
		for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
		fs.fsyncSync(file);
	} finally {
		fs.closeSync(file);
	}
}

function syncFolder(folder: string): void {
	const handle = fs.openSync(folder, 'r');
	try {
		fs.fsyncSync(handle);
	} finally {
		fs.closeSync(handle);
	}
}
