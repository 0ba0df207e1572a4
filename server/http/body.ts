import type { z } from 'zod';
import { Refused } from '#domain/refusal';

/** The largest body of a call that does not say otherwise. */
export const BODY_MAX_BYTES = 1024 * 1024;

/**
 * The JSON body of a call, checked. Refuses `input.not-json` (content type), `input.too-large` (over 1 MiB, read no
 * further than that) and `input.malformed`. No body at all reads as `{}`, and then no content type is asked for either.
 */
export async function readJson<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
	const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	const isBare = type === '' && (request.body === null || request.headers.get('content-length') === '0');
	if (type !== 'application/json' && !isBare) throw new Refused('input.not-json');
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
