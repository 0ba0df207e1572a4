import type { z } from 'zod';
import { Refused } from '#domain/refusal';

/** The largest body of a call that does not say otherwise. */
export const BODY_MAX_BYTES = 1024 * 1024;

/**
 * The JSON body of a call, checked. Refuses `input.not-json` (content type), `input.too-large` (over 1 MiB, read no
 * further than that) and `input.malformed`. An empty body reads as `{}`, and says its content type like any other: that
 * is what keeps the forms of other sites out.
 */
export async function readJson<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
	const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	if (type !== 'application/json') throw new Refused('input.not-json');
	const text = await readText(request);
	let parsed: unknown;
	try {
		parsed = text.trim() === '' ? {} : JSON.parse(text);
	} catch {
		throw new Refused('input.malformed');
	}
	const read = schema.safeParse(parsed);
	if (!read.success) throw new Refused('input.malformed');
	return read.data;
}

async function readText(request: Request): Promise<string> {
	if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX_BYTES) throw new Refused('input.too-large');
	if (!request.body) return '';
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
		bytes += piece.byteLength;
		if (bytes > BODY_MAX_BYTES) throw new Refused('input.too-large');
		pieces.push(piece);
	}
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
	} catch {
		throw new Refused('input.malformed');
	}
}
