import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Sealer } from '../../ports/sealer.ts';

const FILE = 'secret-key';

/** The installation's secret: SECRET_KEY, or one made at the first start and kept in DATA_DIR for its owner's eyes only. */
export async function openSecret({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): Promise<string> {
	if (secretKey !== null) return secretKey;
	const path = join(dataDir, FILE);
	const kept = await read(path);
	if (kept !== null) return kept;
	// Written beside and then linked: a kill in between leaves no half secret, and of two first starts one wins.
	const draft = `${path}.${randomBytes(6).toString('hex')}`;
	const file = await open(draft, 'wx', 0o600);
	try {
		await file.writeFile(randomBytes(32).toString('base64url'));
		await file.sync();
	} finally {
		await file.close();
	}
	try {
		await link(draft, path);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
	} finally {
		await unlink(draft);
	}
	await syncFolder(dataDir);
	const made = await read(path);
	if (made === null) throw new Error(`the secret in ${path} cannot be read`);
	return made;
}

/** Puts a secret in the place of the one in DATA_DIR, so that what was sealed elsewhere can be opened here. */
export async function keepSecret(dataDir: string, secret: string): Promise<void> {
	const draft = join(dataDir, `${FILE}.${randomBytes(6).toString('hex')}`);
	await writeFile(draft, secret, { mode: 0o600, flag: 'wx', flush: true });
	await rename(draft, join(dataDir, FILE));
	await syncFolder(dataDir);
}

/** Seals with AES-256-GCM under a key derived from the secret for this purpose alone. */
export function createSealer(secret: string): Sealer {
	const key = Buffer.from(hkdfSync('sha256', secret, 'nabij', 'sealed links', 32));
	return {
		seal(text, context) {
			const iv = randomBytes(12);
			const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
			const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
			return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
		},
		open(sealed, context) {
			const bytes = Buffer.from(sealed, 'base64url');
			if (bytes.length < 28) return null;
			const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
			decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28));
			try {
				return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
			} catch {
				// The tag does not fit: another key, or another row's text.
				return null;
			}
		}
	};
}

async function read(path: string): Promise<string | null> {
	try {
		const text = (await readFile(path, 'utf8')).trim();
		if (text.length < 32) throw new Error(`the secret in ${path} is too short to be one of ours`);
		return text;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r');
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
