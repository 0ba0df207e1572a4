import { colourOf } from '../team/colours.ts';
import { personOfIdentity } from './state.ts';

/** Someone in the call, as the media server knows them. */
export type InCall = Readonly<{ identity: string; name: string; joinedAt: number }>;

/** Someone at the board, as the server knows them. */
export type AtBoard = Readonly<{ id: string; name: string; colour: number }>;

/** One person in the strip. In the call without a member: whoever is not in it knows that they are, and sees or hears nothing. */
export type Tile<M extends InCall> = Readonly<{
	person: string;
	name: string;
	colour: number;
	me: boolean;
	inCall: boolean;
	member: M | null;
}>;

/**
 * One tile a person, whoever is at the board or in the call:
 * 1. a person with several tabs is one tile, and the tab that joined last is the one seen (an older one may be a ghost);
 * 2. others by name, then by id, never by who speaks, so that nobody jumps about;
 * 3. oneself last, at the edge of the screen.
 * `known` are persons who are in the call though not among the members, see {@link inCallBy}.
 */
export function tilesOf<M extends InCall>(
	here: Iterable<AtBoard>,
	members: readonly M[],
	me: AtBoard,
	compareNames: (a: string, b: string) => number,
	known: ReadonlySet<string> = new Set()
): readonly Tile<M>[] {
	const latest = new Map<string, M>();
	for (const member of members) {
		const person = personOfIdentity(member.identity);
		const known = latest.get(person);
		if (!known || member.joinedAt >= known.joinedAt) latest.set(person, member);
	}
	const tiles = new Map<string, Tile<M>>();
	for (const { id, name, colour } of [...here, me]) {
		const member = latest.get(id) ?? null;
		tiles.set(id, { person: id, name, colour, me: id === me.id, inCall: member !== null || known.has(id), member });
	}
	for (const [person, member] of latest) {
		if (tiles.has(person)) continue;
		tiles.set(person, { person, name: member.name, colour: colourOf(person), me: false, inCall: true, member });
	}
	return [...tiles.values()].sort(
		(a, b) => Number(a.me) - Number(b.me) || compareNames(a.name, b.name) || (a.person < b.person ? -1 : 1)
	);
}

/**
 * Who is in the call by what browsers at the board say of themselves, for someone who is not in it. A claim counts only
 * where the server knows the same person behind that client.
 */
export function inCallBy(
	claims: Iterable<readonly [client: number, identity: string]>,
	here: ReadonlyMap<number, AtBoard>
): ReadonlySet<string> {
	return new Set(
		[...claims].flatMap(([client, identity]) => {
			const person = here.get(client);
			return person && personOfIdentity(identity) === person.id ? [person.id] : [];
		})
	);
}

/**
 * Which cursor a face belongs to. A browser says its own identity in awareness, so it is believed only where the server
 * knows the same person behind that client: nobody can hang their face on somebody else's cursor.
 */
export function facesAtCursors<M extends InCall>(
	members: readonly M[],
	claims: Iterable<readonly [client: number, identity: string]>,
	here: ReadonlyMap<number, AtBoard>
): readonly Readonly<{ client: number; person: AtBoard; member: M }>[] {
	const byIdentity = new Map(members.map((member) => [member.identity, member]));
	return [...claims].flatMap(([client, identity]) => {
		const person = here.get(client);
		const member = byIdentity.get(identity);
		return person && member && personOfIdentity(member.identity) === person.id ? [{ client, person, member }] : [];
	});
}
