import { themeOf, THEME_COOKIE } from './visit.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ cookies }) => ({ theme: themeOf(cookies.get(THEME_COOKIE)) });
