import { m } from '#i18n/messages';
import type { TeamRole } from '#domain/team/roles';

const WORDS = { owner: m.team_role_owner, admin: m.team_role_admin, member: m.team_role_member } satisfies Record<
	TeamRole,
	() => string
>;

/** A team role in the reader's language. */
export function roleWord(role: TeamRole): string {
	return WORDS[role]();
}
