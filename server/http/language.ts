import { LANGUAGE_COOKIE, LANGUAGES, languageOf, type Language } from '#domain/team/language';
import { cookiesNamed } from './cookies.ts';

/** The language to answer in: the person's, else the one this browser chose, else the best that it asks for, else English. */
export function languageFor(
	own: Language | null,
	cookieHeader: string | null | undefined,
	acceptLanguage: string | null | undefined
): Language {
	return own ?? languageOf(cookiesNamed(cookieHeader, LANGUAGE_COOKIE)[0]) ?? accepted(acceptLanguage) ?? 'en';
}

function accepted(header: string | null | undefined): Language | null {
	const wishes = (header ?? '').split(',').map((part) => {
		const [tag = '', ...parameters] = part.trim().split(';');
		const q = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
		return { language: tag.trim().toLowerCase().split('-')[0], weight: q === undefined ? 1 : Number(q) };
	});
	const known = wishes.filter(({ language, weight }) => weight > 0 && LANGUAGES.some((one) => one === language));
	known.sort((a, b) => b.weight - a.weight);
	return languageOf(known[0]?.language);
}
