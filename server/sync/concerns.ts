import type { AccessChange } from '#domain/wire/announcement';
import type { Admission } from '#server/ports/access';

/** Whether the change can have altered what this admission may. */
export function concerns(change: AccessChange, admission: Admission): boolean {
	switch (change.kind) {
		case 'session':
			return admission.sessionKey === change.key;
		case 'person':
			return admission.person.id === change.person;
		case 'board':
			return admission.board === change.board;
		case 'link':
			return admission.linkId === change.link;
		case 'team':
			return admission.team === change.team;
	}
}
