const COLOURS = ['butter', 'coral', 'mint', 'sky', 'lilac'] as const;

/** The note colour by which a board is recognised in lists: always the same for the same board. */
export function noteColourOf(boardId: string): (typeof COLOURS)[number] {
	let sum = 0;
	for (let i = 0; i < boardId.length; i++) sum = (sum * 31 + boardId.charCodeAt(i)) >>> 0;
	return COLOURS[sum % COLOURS.length] ?? 'butter';
}
