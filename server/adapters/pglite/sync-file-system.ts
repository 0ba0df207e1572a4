import fs from 'node:fs';
import type { PGlite, PostgresMod } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What we touch of emscripten's file layer; PGlite publishes no types for it. */
export type NodeFsModule = {
	readonly FS: { isDir(mode: number): boolean };
	readonly NODEFS: {
		readonly stream_ops: { fsync?: (stream: NodeFsStream) => number };
		readonly node_ops: { mknod: (parent: unknown, name: string, mode: number, device: number) => unknown };
	};
};
export type NodeFsStream = { readonly nfd?: number; readonly node: { readonly mode: number } };

/**
 * A folder of the machine for PGlite, whose syncs reach the disk. The stock file system answers `fsync` without calling
 * it, which lost most rows in simulated power cuts. Only the owner can read what it makes.
 */
export class SyncNodeFS extends NodeFS {
	override async init(pg: PGlite, opts: Partial<PostgresMod>): Promise<{ emscriptenOpts: Partial<PostgresMod> }> {
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
	const make = module.NODEFS.node_ops.mknod;
	module.NODEFS.node_ops.mknod = (parent, name, mode, device) => make(parent, name, mode & ~0o077, device);
}
