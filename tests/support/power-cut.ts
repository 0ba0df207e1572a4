/**
 * A disk for PGlite that can lose its power. It writes to a real folder and keeps a second account of it: what has been
 * synced (by the process's own `fsync` and `fdatasync`, which it watches) and what was only written. `cut` makes the folder that a
 * machine would find after losing power at that moment.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { SyncNodeFS, type ModuleOptions } from '#server/adapters/pglite/sync-file-system';

type Stream = { nfd?: number; position: number; flags: number; node: Node };
type Node = { mode: number };
type Attributes = { size?: number };
/** The parts of emscripten's file layer that change something on disk. */
type Layer = {
	FS: { isDir(mode: number): boolean };
	NODEFS: {
		realPath(node: Node): string;
		stream_ops: {
			open(stream: Stream): void;
			write(stream: Stream, bytes: Uint8Array, offset: number, length: number, position?: number): number;
		};
		node_ops: {
			setattr(node: Node, attributes: Attributes): void;
			mknod(parent: Node, name: string, mode: number, device: number): Node;
			rename(node: Node, folder: Node, name: string): void;
			unlink(parent: Node, name: string): void;
			rmdir(parent: Node, name: string): void;
		};
	};
};

type Change = Readonly<{ to: 'size'; size: number }> | Readonly<{ to: 'bytes'; at: number; bytes: Buffer }>;
type File = { synced: Buffer; unsynced: Change[] };
/** A name given or taken, durable once its folder is synced (or, as on ext4, the new file itself). */
type Naming = Readonly<{ folder: string; file: File | null; apply: (names: Map<string, File>) => void }>;

const O_TRUNC = 512;
const BLOCK = 8192;

export class RecordedDisk extends SyncNodeFS {
	readonly #root: string;
	readonly #files = new Map<string, File>();
	readonly #named = new Map<string, File>();
	readonly #folders = new Set<string>();
	readonly #handles = new Map<number, string>();
	#namings: Naming[] = [];
	/** How many syncs really reached the disk. */
	syncs = 0;

	constructor(root: string) {
		super(root);
		this.#root = root;
		for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
			const place = path.join(entry.parentPath, entry.name);
			const name = path.relative(root, place);
			if (entry.isDirectory()) this.#folders.add(name);
			else {
				const file: File = { synced: fs.readFileSync(place), unsynced: [] };
				this.#files.set(name, file);
				this.#named.set(name, file);
			}
		}
	}

	/** Watches the process's syncs until the answered function is called. */
	watchSyncs(): () => void {
		const { fsyncSync, fdatasyncSync } = fs;
		fs.fsyncSync = (handle) => (fsyncSync(handle), this.#synced(handle));
		fs.fdatasyncSync = (handle) => (fdatasyncSync(handle), this.#synced(handle));
		return () => Object.assign(fs, { fsyncSync, fdatasyncSync });
	}

	override async init(pg: PGlite, opts: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
		const started = await super.init(pg, opts);
		started.emscriptenOpts.preRun = [
			...(started.emscriptenOpts.preRun ?? []),
			(module) => this.#watch(module as unknown as Layer)
		];
		return started;
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

	#watch({ FS, NODEFS }: Layer): void {
		const { stream_ops: streams, node_ops: nodes } = NODEFS;
		const { open, write } = streams;
		const { setattr, mknod, rename, unlink, rmdir } = nodes;
		const nameOf = (node: Node) => path.relative(this.#root, NODEFS.realPath(node));
		streams.open = (stream) => {
			open(stream);
			if (stream.nfd !== undefined) this.#handles.set(stream.nfd, nameOf(stream.node));
			if (stream.flags & O_TRUNC) this.#file(nameOf(stream.node)).unsynced.push({ to: 'size', size: 0 });
		};
		streams.write = (stream, bytes, offset, length, position) => {
			const written = write(stream, bytes, offset, length, position);
			const change = { at: position ?? stream.position, bytes: Buffer.from(bytes.slice(offset, offset + written)) };
			this.#file(nameOf(stream.node)).unsynced.push({ to: 'bytes', ...change });
			return written;
		};
		nodes.setattr = (node, attributes) => {
			setattr(node, attributes);
			const { size } = attributes;
			if (size !== undefined) this.#file(nameOf(node)).unsynced.push({ to: 'size', size });
		};
		nodes.mknod = (parent, name, mode, device) => {
			const node = mknod(parent, name, mode, device);
			if (FS.isDir(mode)) this.#folders.add(nameOf(node));
			else this.#created(nameOf(node));
			return node;
		};
		nodes.rename = (node, folder, name) => {
			const from = nameOf(node);
			rename(node, folder, name);
			this.#renamed(from, path.join(nameOf(folder), name));
		};
		nodes.unlink = (parent, name) => {
			unlink(parent, name);
			this.#unlinked(path.join(nameOf(parent), name));
		};
		nodes.rmdir = (parent, name) => {
			rmdir(parent, name);
			this.#folders.delete(path.join(nameOf(parent), name));
		};
	}

	#file(name: string): File {
		const file = this.#files.get(name) ?? { synced: Buffer.alloc(0), unsynced: [] };
		this.#files.set(name, file);
		return file;
	}

	#created(name: string): void {
		const file: File = { synced: Buffer.alloc(0), unsynced: [] };
		this.#files.set(name, file);
		this.#namings.push({ folder: path.dirname(name), file, apply: (names) => names.set(name, file) });
	}

	#renamed(from: string, to: string): void {
		const file = this.#file(from);
		this.#files.delete(from);
		this.#files.set(to, file);
		const apply = (names: Map<string, File>) => {
			for (const [name, named] of names) if (named === file) names.delete(name);
			names.set(to, file);
		};
		this.#namings.push({ folder: path.dirname(to), file, apply });
	}

	#unlinked(name: string): void {
		const file = this.#files.get(name);
		this.#files.delete(name);
		const apply = (names: Map<string, File>) => {
			if (names.get(name) === file) names.delete(name);
		};
		this.#namings.push({ folder: path.dirname(name), file: null, apply });
	}

	#synced(handle: number): void {
		const name = this.#handles.get(handle);
		if (name === undefined) return;
		this.syncs++;
		const isFolder = fs.fstatSync(handle).isDirectory();
		const file = isFolder ? null : this.#file(name);
		if (file) {
			for (const change of file.unsynced) file.synced = changed(file.synced, change);
			file.unsynced = [];
		}
		const durable = (naming: Naming) => (file ? naming.file === file : naming.folder === (name === '' ? '.' : name));
		for (const naming of this.#namings.filter(durable)) naming.apply(this.#named);
		this.#namings = this.#namings.filter((naming) => !durable(naming));
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
