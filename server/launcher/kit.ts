/**
 * What adapter-node must be told, in its own variables (prefix NABIJ_KIT_, see svelte.config.js). Without an origin it
 * assumes https, so we state the protocol in a header of ours, which no client can set.
 */
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';

const PROTOCOL_HEADER = 'x-nabij-protocol';

/** Must run before the build is imported: it reads its variables then. */
export function tellKit(env: NodeJS.ProcessEnv, { origin }: Pick<Config, 'origin'>): void {
	if (origin) env['NABIJ_KIT_ORIGIN'] = origin;
	else env['NABIJ_KIT_PROTOCOL_HEADER'] = PROTOCOL_HEADER;
	// The gate bounds bodies that say their length, and calls count theirs, both at half of this: it is for forms that do not say.
	env['NABIJ_KIT_BODY_SIZE_LIMIT'] = '2M';
}

/** Marks a request with the protocol that it really came by. */
export function stateProtocol(req: IncomingMessage): void {
	req.headers[PROTOCOL_HEADER] = 'encrypted' in req.socket ? 'https' : 'http';
}
