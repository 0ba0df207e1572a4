export const TEAM_ROLES = ['owner', 'admin', 'member'] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

/** Roles an invitation can give. */
export const INVITED_ROLES = ['admin', 'member'] as const;
export type InvitedRole = (typeof INVITED_ROLES)[number];

/** Owners and admins invite anyone; a member invites members. */
export function mayInvite(own: TeamRole, invited: InvitedRole): boolean {
	return own !== 'member' || invited === 'member';
}
