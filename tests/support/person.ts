import { existsSync } from 'node:fs';
import { chromium, type Browser } from '@playwright/test';
import type { FakeMedia } from './fake-media.ts';

/** The Chromium of this machine: CHROMIUM_PATH, Debian's, or the one that Playwright brought (undefined). */
export function chromiumPath(): string | undefined {
	const path = process.env['CHROMIUM_PATH'];
	if (path) return path;
	return existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
}

/** What a browser does when a page asks for camera and microphone. `none`: it has neither; `denied`: its person says no. */
export type Devices = 'faked' | 'none' | 'denied';

const DEVICES: Readonly<Record<Devices, readonly string[]>> = {
	faked: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
	none: ['--use-fake-ui-for-media-stream'],
	denied: ['--deny-permission-prompts', '--use-fake-device-for-media-stream']
};

/** A browser process of one's own for each person: the files that fake a camera and a microphone belong to a process. */
export function launchPerson(media?: FakeMedia, devices: Devices = 'faked'): Promise<Browser> {
	return chromium.launch({
		executablePath: chromiumPath(),
		headless: true,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			...DEVICES[devices],
			'--autoplay-policy=no-user-gesture-required',
			'--allow-loopback-in-peer-connection',
			...(media
				? [`--use-file-for-fake-video-capture=${media.video}`, `--use-file-for-fake-audio-capture=${media.audio}`]
				: [])
		]
	});
}
