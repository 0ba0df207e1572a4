/** One line a part, saying which engine it runs on, so that a person sees at a glance what was chosen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import type { MediaState } from '../ports/media-server.ts';

/** Says every part now, and media again when a fetch or build of it has ended. */
export function sayParts(config: Config, app: Pick<App, 'media'>, say: (line: string) => void): void {
	const inData = (name: string) => join(config.dataDir, name);
	const pglite = () => versionOf(config.root, '@electric-sql/pglite');
	say(
		`  records:   ${config.databaseUrl ? 'PostgreSQL at DATABASE_URL' : `PGlite ${pglite()} in ${inData('records')}`}`
	);
	say(`  documents: ${config.databaseUrl ? 'PostgreSQL at DATABASE_URL' : `SQLite in ${config.dataDir}`}`);
	say(`  bus:       ${config.redisUrl ? 'Redis at REDIS_URL' : 'memory'}`);
	say(`  media:     ${mediaWords(app.media.state)}`);
	say(`  mail:      ${config.smtpUrl ? 'SMTP at SMTP_URL' : `files in ${inData('mail')}`}`);
	for (const line of separateNodes(config)) say(line);
	if (config.s3) say('  blobs:     S3_ENDPOINT is set; this version keeps no blobs yet, so nothing uses it');
	if (config.share) {
		say('  The browser warns once about a certificate of your own: that is right here, accept it.');
	}
	app.media.onChange((state) => say(`  media:     ${mediaWords(state)}`));
}

/** What nodes that share a bus do not share: with one node all is well, with two people miss one another without a word. */
function separateNodes({ redisUrl, databaseUrl, livekit, media }: Config): readonly string[] {
	if (redisUrl === null) return [];
	const apart = [];
	if (databaseUrl === null) {
		apart.push(
			'  records:   REDIS_URL is set without DATABASE_URL: a second node would have records and boards of its own'
		);
	}
	if (livekit === null && media !== 'off') {
		apart.push(
			'  media:     REDIS_URL is set without LIVEKIT_URL: people at one board do not hear each other across nodes'
		);
	}
	return apart;
}

function mediaWords(state: MediaState): string {
	switch (state.is) {
		case 'up':
			// The one port besides our own that a firewall must let through.
			return `LiveKit ${state.version}, ${state.own ? `own process, UDP port ${state.udpPort ?? 'unknown'}` : 'at LIVEKIT_URL'}`;
		case 'starting':
			return state.why;
		case 'down':
			return `down: ${state.why}`;
		case 'off':
			return `off: ${state.why}`;
	}
}

function versionOf(root: string, name: string): string {
	const said: unknown = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
	return typeof said === 'object' && said && 'version' in said ? String(said.version) : '';
}
