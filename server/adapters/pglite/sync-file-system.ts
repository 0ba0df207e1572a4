import fs from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What PGlite starts its module with; it exports the type under no name. */
export type ModuleOptions = Parameters<NodeFS['init']>[1];

/** What we touch of emscripten's file layer; PGlite publishes no types for it. */
export type NodeFsModule = {
	readonly FS: { isDir(mode: number): boolean };
	readonly NODEFS: {
		readonly stream_ops: { fsync?: (stream: NodeFsStream) => number };
		readonly node_ops: {
			mknod: (parent: unknown, name: string, mode: number, device: number) => unknown;
			setattr: (node: unknown, attributes: { mode?: number }) => void;
		};
	};
};
export type NodeFsStream = { readonly nfd?: number; readonly node: { readonly mode: number } };

/**
 * A folder of the machine for PGlite, whose syncs reach the disk. The stock file system answers `fsync` without calling
 * it, which lost most rows in simulated power cuts. Only the owner can read what it makes.
 */
export class SyncNodeFS extends NodeFS {
	override async init(pg: PGlite, opts: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
		const started = await super.init(pg, opts);
		// After the parent's mount, which stands last: the file layer exists once per instance of the module.
		started.emscriptenOpts.preRun = [
			...(started.emscriptenOpts.preRun ?? []),
			(module) => {
				syncForReal(module as unknown as NodeFsModule);
				keepPrivate(module as unknown as NodeFsModule);
			}
		];
		return started;
	}
}

function syncForReal(module: NodeFsModule): void {
	module.NODEFS.stream_ops.fsync = (stream) => {
		if (stream.nfd === undefined) return 0;
		if (module.FS.isDir(stream.node.mode)) fs.fsyncSync(stream.nfd);
		else fs.fdatasyncSync(stream.nfd);
		return 0;
	};
}

/** A server would set its umask; that belongs to the whole process, and a thread cannot. */
function keepPrivate(module: NodeFsModule): void {
	const nodes = module.NODEFS.node_ops;
	const { mknod, setattr } = nodes;
	nodes.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~0o077, device);
	// A file is made with all rights and then given its own.
	nodes.setattr = (node, attributes) =>
		setattr(node, attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~0o077 });
}
