import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN } from '#server/ports/document-store';
import type { Log } from '#server/log';
import { Allowances } from './allowances.ts';
import { Audience } from './audience.ts';
import { LoggedDocument } from './logged-document.ts';
import type { Peer } from './peer.ts';
import { Reception } from './reception.ts';

const empty = NEVER_WRITTEN;

test.each(['the document', 'the log'])('a fault while somebody is answered from %s is its room’s', async (from) => {
	const audience = new Audience(new Allowances(0.1, 1_000), 10);
	const fault = new Error('cannot be written');
	const writeAnswer = (): never => {
		throw fault;
	};
	audience.wait({ person: { id: 'ada' }, writeAnswer } as unknown as Peer, Y.encodeStateVector(new Map()));
	const fail = vi.fn();
	const reception = new Reception({
		doc: 'd',
		audience,
		store: { load: () => Promise.resolve(empty) },
		epoch: () => 1,
		log: { warn: () => {} } as unknown as Log,
		source: () => (from === 'the log' ? 'log' : new LoggedDocument(empty)),
		fail
	});
	reception.answerSoon();
	await vi.waitFor(() => expect(fail).toHaveBeenCalledExactlyOnceWith(fault));
	reception.close();
});
