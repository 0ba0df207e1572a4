import { Refused } from '#domain/refusal';
import { answer } from '$lib/ui/refused-form';
import { refuseForm, requireViewer } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireViewer(event);
	const teams = viewer.guest ? [] : await event.locals.app.teams.of(viewer.id);
	const asked = event.url.searchParams.get('team');
	const back = teams.find(({ id }) => id === asked) ?? teams[0];
	return {
		me: { id: viewer.id, name: viewer.name, email: viewer.email },
		back: back ? { id: back.id, name: back.name } : null,
		board: viewer.guest ? await guestsBoard(event.locals, viewer) : null
	};
};

type Viewer = NonNullable<App.Locals['viewer']>;

/** The board a guest has come for, while their link still leads there. */
async function guestsBoard({ app }: App.Locals, guest: Viewer): Promise<{ id: string; title: string } | null> {
	const id = await app.guests.boardOf(guest.id);
	if (id === null) return null;
	try {
		return { id, title: (await app.boards.read(guest, id)).title };
	} catch (error) {
		if (error instanceof Refused) return null;
		throw error;
	}
}

export const actions: Actions = {
	rename: async (event) => {
		const name = answer(await event.request.formData(), 'name');
		try {
			event.locals.viewer = await event.locals.app.people.patch(requireViewer(event), { name });
		} catch (error) {
			return refuseForm(event, error, { name });
		}
		return undefined;
	}
};
