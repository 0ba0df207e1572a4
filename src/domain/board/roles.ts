import type { TeamRole } from '../team/roles.ts';

export const BOARD_ROLES = ['facilitator', 'editor', 'commenter', 'viewer'] as const;
export type BoardRole = (typeof BOARD_ROLES)[number];

/** Roles that a link can give to a guest. */
export const LINK_ROLES = ['editor', 'commenter', 'viewer'] as const;
export type LinkRole = (typeof LINK_ROLES)[number];

/** What can be asked of a board; CONTRACT's sentence "what a role may" as a table. */
export type BoardAction =
	| 'see'
	| 'cue'
	| 'speak'
	| 'stamp'
	| 'edit'
	| 'chat'
	| 'share-screen'
	| 'share-link'
	| 'rename'
	| 'set-roles'
	| 'see-history'
	| 'restore'
	| 'purge'
	| 'lock'
	| 'remove';

const FROM: Readonly<Record<BoardAction, BoardRole>> = {
	see: 'viewer',
	cue: 'viewer',
	speak: 'commenter',
	stamp: 'commenter',
	edit: 'editor',
	chat: 'editor',
	'share-screen': 'editor',
	'share-link': 'editor',
	rename: 'editor',
	'set-roles': 'facilitator',
	'see-history': 'editor',
	restore: 'facilitator',
	purge: 'facilitator',
	lock: 'facilitator',
	remove: 'facilitator'
};

/** Someone's standing at one board. A guest has a link's role and no team role. */
export type Standing = Readonly<{ role: BoardRole; team: TeamRole | null }>;

/**
 * The role a member has: owners and admins of the team may all that a facilitator may; other members have what the board
 * says of them, else they are editors. Who made the board is its facilitator (the service stores that as `own`).
 */
export function roleOfMember(team: TeamRole, own: BoardRole | null): BoardRole {
	if (team !== 'member') return 'facilitator';
	return own ?? 'editor';
}

/** Whether this standing allows the action. Links, names, the past and the bin are for members of the team, never for guests. */
export function mayOnBoard(standing: Standing, action: BoardAction): boolean {
	const membersOnly =
		action === 'see-history' ||
		action === 'share-link' ||
		action === 'rename' ||
		action === 'remove' ||
		action === 'set-roles';
	if (membersOnly && standing.team === null) return false;
	return BOARD_ROLES.indexOf(standing.role) <= BOARD_ROLES.indexOf(FROM[action]);
}
