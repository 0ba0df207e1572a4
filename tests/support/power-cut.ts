/**
 * A disk for PGlite that can lose its power. It writes to a real folder and keeps a second account of it: what has been
 * synced (by the process's own `fsync` and `fdatasync`, which it watches) and what was only written. `cut` makes the folder that a
 * machine would find after losing power at that moment.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { SyncNodeFS, type ModuleOptions } from '#server/adapters/pglite/sync-file-system';
import { DiskAccount } from './disk-account.ts';

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

const O_TRUNC = 512;

export class RecordedDisk extends SyncNodeFS {
	readonly #root: string;
	readonly #account = new DiskAccount();
	readonly #handles = new Map<number, string>();
	/** How many syncs really reached the disk. */
	syncs = 0;

	constructor(root: string) {
		super(root);
		this.#root = root;
		for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
			const place = path.join(entry.parentPath, entry.name);
			const name = path.relative(root, place);
			this.#account.had(name, entry.isDirectory() ? 'folder' : fs.readFileSync(place));
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

	/** Makes `folder` as it would be found: see {@link DiskAccount.cut}. */
	cut(folder: string, unsynced: 'nothing' | 'some', chance: () => number): void {
		this.#account.cut(folder, unsynced, chance);
	}

	#watch({ FS, NODEFS }: Layer): void {
		const { stream_ops: streams, node_ops: nodes } = NODEFS;
		const { open, write } = streams;
		const { setattr, mknod, rename, unlink, rmdir } = nodes;
		const nameOf = (node: Node) => path.relative(this.#root, NODEFS.realPath(node));
		streams.open = (stream) => {
			open(stream);
			if (stream.nfd !== undefined) this.#handles.set(stream.nfd, nameOf(stream.node));
			if (stream.flags & O_TRUNC) this.#account.sized(nameOf(stream.node), 0);
		};
		streams.write = (stream, bytes, offset, length, position) => {
			const written = write(stream, bytes, offset, length, position);
			const copy = Buffer.from(bytes.slice(offset, offset + written));
			this.#account.wrote(nameOf(stream.node), position ?? stream.position, copy);
			return written;
		};
		nodes.setattr = (node, attributes) => {
			setattr(node, attributes);
			const { size } = attributes;
			if (size !== undefined) this.#account.sized(nameOf(node), size);
		};
		nodes.mknod = (parent, name, mode, device) => {
			const node = mknod(parent, name, mode, device);
			if (FS.isDir(mode)) this.#account.madeFolder(nameOf(node));
			else this.#account.created(nameOf(node));
			return node;
		};
		nodes.rename = (node, folder, name) => {
			const from = nameOf(node);
			rename(node, folder, name);
			this.#account.renamed(from, path.join(nameOf(folder), name));
		};
		nodes.unlink = (parent, name) => {
			unlink(parent, name);
			this.#account.unlinked(path.join(nameOf(parent), name));
		};
		nodes.rmdir = (parent, name) => {
			rmdir(parent, name);
			this.#account.removedFolder(path.join(nameOf(parent), name));
		};
	}

	#synced(handle: number): void {
		const name = this.#handles.get(handle);
		if (name === undefined) return;
		this.syncs++;
		this.#account.synced(name, fs.fstatSync(handle).isDirectory());
	}
}
