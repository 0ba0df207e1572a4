import type { RequestEvent } from '@sveltejs/kit';
import { mayOnBoard } from '#domain/board/roles';
import { answer } from '$lib/ui/refused-form';
import { refuseForm, requireAccount, visible } from '../../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireAccount(event);
	event.depends('nabij:floor');
	const { boards, sync } = event.locals.app;
	const team = event.params.team;
	const [{ team: own }, living, bin] = await Promise.all([
		event.parent(),
		visible(() => boards.list(viewer, team)),
		visible(() => boards.list(viewer, team, { bin: true }))
	]);
	return {
		now: new Date(),
		boards: living.map(({ id, title, updatedAt, archived, role }) => {
			const standing = { role, team: own.role };
			const may = { rename: mayOnBoard(standing, 'rename'), remove: mayOnBoard(standing, 'remove') };
			return { board: { id, title, updatedAt, archived }, people: sync.peopleAt(id), may };
		}),
		bin: bin.map(({ id, title }) => ({ id, title }))
	};
};

export const actions: Actions = {
	rename: (event) => change(event, (form) => ({ title: answer(form, 'title') })),
	archive: (event) => change(event, (form) => ({ archived: answer(form, 'archived') === 'yes' })),
	bin: (event) => change(event, () => ({ deleted: true })),
	restore: (event) => change(event, () => ({ deleted: false }))
};

type Patch = Readonly<{ title?: string; archived?: boolean; deleted?: boolean }>;

async function change(event: RequestEvent, patchOf: (form: FormData) => Patch) {
	const form = await event.request.formData();
	try {
		await event.locals.app.boards.patch(requireAccount(event), answer(form, 'board'), patchOf(form));
	} catch (error) {
		return refuseForm(event, error, { title: answer(form, 'title') });
	}
	return {};
}
