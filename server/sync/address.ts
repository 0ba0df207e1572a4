import { Refused } from '#domain/refusal';
import type { Admission } from '#server/ports/access';

/** What the address of a socket says of who opens it. */
export type Address = Readonly<{
	/** Understands our kinds. */
	nabij: boolean;
	/** The newest schema it can read; null: it does not say, and has to know itself. */
	schema: number | null;
	/** The epoch of which it has a copy of the document; null: it has none, or knows of no epochs. */
	epoch: number | null;
}>;

/** Reads the address that was asked for; refuses `wire.malformed`. */
export function readAddress(url: string | undefined): Address {
	const query = new URL(url ?? '/', 'http://localhost').searchParams;
	return { nabij: query.get('nabij') === '1', schema: number(query.get('schema')), epoch: number(query.get('epoch')) };
}

/** Whether the page is of before the document took the form it has: it cannot read what others write. */
export function tooOld({ schema }: Address, { document }: Admission): boolean {
	return schema !== null && schema < document.schema;
}

function number(said: string | null): number | null {
	if (said === null) return null;
	if (!/^\d{1,9}$/u.test(said)) throw new Refused('wire.malformed');
	return Number(said);
}
