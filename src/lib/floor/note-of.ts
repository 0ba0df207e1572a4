const COLOURS = ['butter', 'coral', 'mint', 'sky', 'lilac'] as const;
const TILTS_DEGREES = [-3, -1.5, 1, 2, 3] as const;

export type BoardNote = Readonly<{ colour: (typeof COLOURS)[number]; tiltDegrees: number }>;

/** The note by which a board is recognised in lists: always the same for the same board. */
export function noteOf(boardId: string): BoardNote {
	let sum = 0;
	for (let i = 0; i < boardId.length; i++) sum = (sum * 31 + boardId.charCodeAt(i)) >>> 0;
	return {
		colour: COLOURS[sum % COLOURS.length] ?? 'butter',
		tiltDegrees: TILTS_DEGREES[Math.floor(sum / COLOURS.length) % TILTS_DEGREES.length] ?? 1
	};
}
