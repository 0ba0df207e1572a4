import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, cookies }) => ({ theme: locals.app.http.choices.theme(cookies) });
