import { fail } from '@sveltejs/kit';
import { REFUSALS, type Refused, type RefusalCode } from '#domain/refusal';
import { refusalWords } from '#i18n/refusal-words';

/** Why a form was refused and what was typed into it, without its secrets. `field` is null when no single answer is at fault. */
export type RefusedForm = Readonly<{
	refusal: Readonly<{ field: string | null; words: string }>;
	typed: Readonly<Record<string, string>>;
}>;

const FIELDS: Partial<Record<RefusalCode, string>> = {
	'account.email-taken': 'email',
	'account.email-malformed': 'email',
	'account.password-too-short': 'password',
	'account.password-too-long': 'password',
	'account.name-empty': 'name',
	'team.name-empty': 'name',
	'board.title-empty': 'title',
	'session.wrong-credentials': 'password'
};

/** What a form answers when it is refused: the words beside the answer that caused it. */
export function refusedForm({ code }: Pick<Refused, 'code'>, typed: Readonly<Record<string, string>> = {}) {
	const refusal = { field: FIELDS[code] ?? null, words: refusalWords(code) };
	return fail<RefusedForm>(REFUSALS[code].http, { refusal, typed });
}

/** One answer of a form as text; files and missing answers are empty. */
export function answer(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
}
