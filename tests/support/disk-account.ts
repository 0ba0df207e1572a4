/** What a disk holds for certain, and what was only written: the account from which a power cut is made. */
import fs from 'node:fs';
import path from 'node:path';

type Change = Readonly<{ to: 'size'; size: number }> | Readonly<{ to: 'bytes'; at: number; bytes: Buffer }>;
type File = { synced: Buffer; unsynced: Change[] };
/** A name given or taken, durable once its folder is synced (or, as on ext4, the new file itself). */
type Naming = Readonly<{ folder: string; file: File | null; apply: (names: Map<string, File>) => void }>;

const BLOCK = 8192;

/** Names are relative to the folder that is watched; that folder itself is the empty one. */
export class DiskAccount {
	readonly #files = new Map<string, File>();
	readonly #named = new Map<string, File>();
	readonly #folders = new Set<string>();
	#namings: Naming[] = [];

	/** Something that was there, and durable, before. */
	had(name: string, bytes: Buffer | 'folder'): void {
		if (bytes === 'folder') return void this.#folders.add(name);
		const file: File = { synced: bytes, unsynced: [] };
		this.#files.set(name, file);
		this.#named.set(name, file);
	}

	created(name: string): void {
		const file: File = { synced: Buffer.alloc(0), unsynced: [] };
		this.#files.set(name, file);
		this.#namings.push({ folder: path.dirname(name), file, apply: (names) => names.set(name, file) });
	}

	madeFolder(name: string): void {
		this.#folders.add(name);
	}

	removedFolder(name: string): void {
		this.#folders.delete(name);
	}

	wrote(name: string, at: number, bytes: Buffer): void {
		this.#file(name).unsynced.push({ to: 'bytes', at, bytes });
	}

	sized(name: string, size: number): void {
		this.#file(name).unsynced.push({ to: 'size', size });
	}

	renamed(from: string, to: string): void {
		const file = this.#file(from);
		this.#files.delete(from);
		this.#files.set(to, file);
		const apply = (names: Map<string, File>) => {
			for (const [name, named] of names) if (named === file) names.delete(name);
			names.set(to, file);
		};
		this.#namings.push({ folder: path.dirname(to), file, apply });
	}

	unlinked(name: string): void {
		const file = this.#files.get(name);
		this.#files.delete(name);
		const apply = (names: Map<string, File>) => {
			if (names.get(name) === file) names.delete(name);
		};
		this.#namings.push({ folder: path.dirname(name), file: null, apply });
	}

	/** A file is durable with its bytes and its name; a folder with the names in it. */
	synced(name: string, isFolder: boolean): void {
		const file = isFolder ? null : this.#file(name);
		if (file) {
			for (const change of file.unsynced) file.synced = changed(file.synced, change);
			file.unsynced = [];
		}
		const durable = (naming: Naming) => (file ? naming.file === file : naming.folder === (name === '' ? '.' : name));
		for (const naming of this.#namings.filter(durable)) naming.apply(this.#named);
		this.#namings = this.#namings.filter((naming) => !durable(naming));
	}

	/**
	 * Makes `folder` as it would be found. `nothing`: no unsynced byte or name survived. `some`: a random half of the
	 * unsynced blocks did, and the first few of the unsynced names.
	 */
	cut(folder: string, unsynced: 'nothing' | 'some', chance: () => number): void {
		for (const name of ['', ...[...this.#folders].sort()]) fs.mkdirSync(path.join(folder, name), { recursive: true });
		const names = new Map(this.#named);
		const surviving = unsynced === 'some' ? Math.floor(chance() * (this.#namings.length + 1)) : 0;
		for (const naming of this.#namings.slice(0, surviving)) naming.apply(names);
		for (const [name, file] of names) {
			let bytes: Buffer = Buffer.from(file.synced);
			const survivors = unsynced === 'some' ? file.unsynced.flatMap(inBlocks).filter(() => chance() < 0.5) : [];
			for (const change of survivors) bytes = changed(bytes, change);
			fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
			fs.writeFileSync(path.join(folder, name), bytes, { mode: 0o600 });
		}
	}

	#file(name: string): File {
		const file = this.#files.get(name) ?? { synced: Buffer.alloc(0), unsynced: [] };
		this.#files.set(name, file);
		return file;
	}
}

function inBlocks(change: Change): Change[] {
	if (change.to === 'size') return [change];
	return Array.from({ length: Math.ceil(change.bytes.length / BLOCK) }, (_, i) => ({
		to: 'bytes',
		at: change.at + i * BLOCK,
		bytes: change.bytes.subarray(i * BLOCK, (i + 1) * BLOCK)
	}));
}

function changed(bytes: Buffer, change: Change): Buffer {
	const end = change.to === 'size' ? change.size : change.at + change.bytes.length;
	const size = change.to === 'size' ? change.size : Math.max(bytes.length, end);
	const result = size === bytes.length ? bytes : Buffer.alloc(size);
	if (result !== bytes) bytes.copy(result, 0, 0, Math.min(bytes.length, size));
	if (change.to === 'bytes') change.bytes.copy(result, change.at);
	return result;
}
