import { createHash } from 'node:crypto';
import { m } from '#i18n/messages';
import { refusalWords } from '#i18n/refusal-words';
import type { Language } from '#domain/team/language';
import type { Theme } from '#domain/team/theme';

const STYLE =
	':root{color-scheme:light dark}[data-theme=light]{color-scheme:light}[data-theme=dark]{color-scheme:dark}' +
	'body{display:grid;place-content:center;gap:1rem;min-height:90dvh;margin:0;padding:1.5rem;font:1.0625rem/1.5 system-ui}' +
	'h1{font-size:1.5rem;margin:0}p{max-width:34rem;margin:0}';

/** The page's own policy: it has nothing but its style. */
export const AWAY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * What people read while a part is away. It is made of nothing that could be away too: Kit's own error page would ask the
 * records again for what stands around it.
 */
export function awayPage(language: Language, theme: Theme): string {
	const title = m.ui_error_away_title({}, { locale: language });
	return `<!doctype html>
<html lang="${language}" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${m.ui_title({ page: title }, { locale: language })}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${refusalWords('part.down', language)}</p>
<p><a href="">${m.ui_error_again({}, { locale: language })}</a></p>
</body>
</html>
`;
}
