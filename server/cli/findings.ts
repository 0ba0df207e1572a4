/** What a look at one part of the machine found. */
export type Finding =
	| Readonly<{ is: 'ok'; part: string; says: string }>
	| Readonly<{
			is: 'lacks';
			part: string;
			says: string;
			/** What to do about it, as a sentence. */
			todo: string;
			/** The start needs it: without it Nabij does not start, or not as it was told to. */
			needed: boolean;
	  }>;

export function ok(part: string, says: string): Finding {
	return { is: 'ok', part, says };
}

/** Something that the start needs is not there. */
export function lacks(part: string, says: string, todo: string): Finding {
	return { is: 'lacks', part, says, todo, needed: true };
}

/** Nabij starts without it and does less. */
export function doesWithout(part: string, says: string, todo: string): Finding {
	return { is: 'lacks', part, says, todo, needed: false };
}
