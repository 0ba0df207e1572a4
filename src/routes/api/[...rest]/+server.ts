import { Refused } from '#domain/refusal';
import type { RequestHandler } from './$types';

/** Whatever is not a call answers as calls do. */
export const fallback: RequestHandler = ({ locals }) =>
	locals.app.http.refuse(new Refused('input.no-such-call'), locals.language);
