import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { Mailer } from '../../ports/mailer.ts';

/** Writes each mail as a text file into a folder, where whoever runs the server can read it. */
export function createFileMailer({ folder, clock }: Readonly<{ folder: string; clock: Clock }>): Mailer {
	return {
		async send({ to, subject, text }) {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			const at = new Date(clock.now()).toISOString();
			const path = join(folder, `${at.replaceAll(':', '-')}-${randomBytes(4).toString('hex')}.txt`);
			// Links in mail open things, so only the owner reads it; the rename keeps half a mail from being seen.
			await writeFile(`${path}.part`, `To: ${to}\nDate: ${at}\nSubject: ${subject}\n\n${text}\n`, { mode: 0o600 });
			await rename(`${path}.part`, path);
		}
	};
}
