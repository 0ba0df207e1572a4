import { applyAction } from '$app/forms';
import type { ActionResult } from '@sveltejs/kit';
import { m } from '#i18n/messages';
import type { RefusedForm } from './refused-form.ts';

type Sent = Readonly<{
	result: ActionResult;
	formData: FormData;
	formElement: HTMLFormElement;
	update: (options: { reset: boolean }) => Promise<void>;
}>;

/** Why a form was not done although nothing was wrong with what was in it; null when there is an answer of its own. */
export function unansweredWords(result: ActionResult): string | null {
	if (result.type !== 'error') return null;
	if (result.status === undefined) return m.ui_not_sent();
	return (result.error as App.Error | undefined)?.message ?? m.ui_error_broken();
}

/**
 * Lets the page take in a form's answer. Where none came, the page stays and says so, as it says any refusal, and what was
 * typed stays in the boxes: Kit's own way is an error page in their place.
 */
export async function takeIn({ result, formData, formElement, update }: Sent): Promise<void> {
	const words = unansweredWords(result);
	if (words === null || result.type !== 'error') return update({ reset: false });
	const refused: RefusedForm = { refusal: { field: null, words }, typed: typed(formData, formElement) };
	await applyAction({ type: 'failure', status: result.status ?? 503, data: refused });
}

/** What is in the boxes, without secrets. */
function typed(formData: FormData, formElement: HTMLFormElement): Record<string, string> {
	const secret = (name: string) => formElement.querySelector(`input[type="password"][name="${CSS.escape(name)}"]`);
	const texts = [...formData].filter((box): box is [string, string] => typeof box[1] === 'string');
	return Object.fromEntries(texts.filter(([name]) => !secret(name)));
}
