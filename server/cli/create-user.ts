import { refuseEmail, refusePassword, refusePersonName } from '#domain/team/names';
import { Refused } from '#domain/refusal';
import type { Config } from '../config.ts';
import { withApp } from './opened.ts';
import { readPassword } from './password.ts';

/** Makes an account, also where sign-up is by invitation only, and prints the id of the person. */
export async function createUser(config: Config, [name = '', email = '']: readonly string[]): Promise<number> {
	// Told before a password is asked for and a database is opened.
	refuse(refusePersonName(name) ?? refuseEmail(email));
	const password = await readPassword(`Password for ${email}: `);
	refuse(refusePassword(password));
	console.log(await withApp(config, (app) => app.accounts.signUp({ name, email, password })));
	return 0;
}

function refuse(no: ReturnType<typeof refusePersonName>): void {
	if (no) throw new Refused(no);
}
