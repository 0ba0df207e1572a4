import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { AccessToken } from 'livekit-server-sdk';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { proxyMedia } from '../../server/adapters/livekit/proxy.ts';
import { silent } from '../support/records.ts';
import { writeFakeMedia, type Rgb } from '../support/fake-media.ts';
import { launchPerson, type Devices } from '../support/person.ts';

const KEY = 'test';
const SECRET = 'a secret of at least thirty-two characters';
const HERE = fileURLToPath(new URL('.', import.meta.url));
const SCREENSHOTS = process.env['CALL_SCREENSHOTS'];

const binary = findLiveKit();
if (!binary) {
	if (process.env['CI'] === 'true') throw new Error('not run: livekit');
	console.log('not run: livekit');
}

function findLiveKit(): string | undefined {
	const cache = process.env['CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nabij');
	return [
		process.env['LIVEKIT_BINARY'] ?? '',
		...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'livekit-server')),
		join(cache, 'livekit', '1.13.5', 'livekit-server')
	].find((path) => path !== '' && existsSync(path));
}

/** A call page for each person, a server that hands out tickets, and a LiveKit that can be killed. */
class Stage {
	readonly folder = mkdtempSync(join(tmpdir(), 'nabij-call-'));
	readonly browsers: Browser[] = [];
	/** What stood in the consoles of all pages. */
	readonly said: string[] = [];
	port = 0;
	#tab = 0;
	#server: Server | undefined;
	#livekit: ChildProcess | undefined;
	readonly #sockets = new Set<Duplex>();

	async open(): Promise<void> {
		const [port, tcp, udp] = [await freePort(), await freePort(), await freePort()];
		this.port = port;
		const loopback = 'node_ip: 127.0.0.1, use_external_ip: false, enable_loopback_candidate: true';
		writeFileSync(
			join(this.folder, 'livekit.yaml'),
			[
				`port: ${port}`,
				'bind_addresses: [127.0.0.1]',
				`rtc: {udp_port: ${udp}, tcp_port: ${tcp}, ${loopback}, interfaces: {includes: [lo]}, stun_servers: []}`,
				`keys: {${KEY}: "${SECRET}"}`,
				'logging: {level: error}'
			].join('\n')
		);
		await build({
			configFile: false,
			logLevel: 'error',
			root: fileURLToPath(new URL('../..', import.meta.url)),
			plugins: [svelte({ configFile: false })],
			build: {
				outDir: join(this.folder, 'page'),
				minify: false,
				rollupOptions: {
					input: join(HERE, 'call-page.ts'),
					output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]' }
				}
			}
		});
		const media = { upstream: `http://127.0.0.1:${port}` };
		const proxy = proxyMedia({ media, admits: async () => true, log: silent });
		this.#server = createServer(async (request, answer) => {
			const path = request.url ?? '/';
			const asked = /^\/api\/v1\/boards\/(\w+)\/call$/.exec(path);
			if (asked?.[1]) {
				if (!(await this.livekitAnswers())) {
					return answer.writeHead(503).end(JSON.stringify({ code: 'call.down', message: '' }));
				}
				return answer.end(JSON.stringify(await this.#ticket(asked[1], request.headers.host ?? '')));
			}
			if (path.startsWith('/livekit')) return proxy.http(request, answer);
			const file = join(this.folder, 'page', path.split('?')[0] ?? '');
			if (path.startsWith('/?') || !existsSync(file)) {
				return answer.setHeader('content-type', 'text/html').end(PAGE);
			}
			answer.setHeader('content-type', file.endsWith('.css') ? 'text/css' : 'text/javascript');
			answer.end(readFileSync(file));
		});
		this.#server.on('upgrade', (request, socket, head) => {
			this.#sockets.add(socket);
			socket.on('error', () => socket.destroy());
			void proxy.upgrade(request, socket, head);
		});
		await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
		await this.startLiveKit();
	}

	async #ticket(person: string, host: string) {
		const identity = `${person}:${++this.#tab}`;
		const token = new AccessToken(KEY, SECRET, { identity, name: person, ttl: '10m' });
		token.addGrant({ roomJoin: true, room: 'board', canPublish: true, canSubscribe: true, canPublishData: false });
		return { url: `ws://${host}/livekit`, token: await token.toJwt(), identity };
	}

	async livekitAnswers(): Promise<boolean> {
		return fetch(`http://127.0.0.1:${this.port}/`).then(
			(answer) => answer.ok,
			() => false
		);
	}

	async startLiveKit(): Promise<void> {
		if (!binary) throw new Error('no LiveKit');
		this.#livekit = spawn(binary, ['--config', join(this.folder, 'livekit.yaml')], { stdio: 'ignore' });
		await vi.waitFor(async () => expect(await this.livekitAnswers()).toBe(true), { timeout: 15_000, interval: 100 });
	}

	async killLiveKit(): Promise<void> {
		const child = this.#livekit;
		if (!child) return;
		const gone = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGKILL');
		await gone;
		this.#livekit = undefined;
	}

	/** Opens the page as this person, in a browser of their own. */
	async enter(person: string, colour: Rgb, toneHz: number, devices: Devices = 'faked'): Promise<Page> {
		const browser = await launchPerson(writeFakeMedia(this.folder, person, colour, toneHz), devices);
		this.browsers.push(browser);
		const page = await browser.newPage({ locale: 'en' });
		page.on('console', (message) => this.said.push(`${message.type()} ${message.text()}`));
		await page.goto(`http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}/?me=${person}`);
		return page;
	}

	async close(): Promise<void> {
		await Promise.all(this.browsers.map((browser) => browser.close()));
		await this.killLiveKit();
		// An upgraded socket is no longer the server's, which waits for it all the same.
		for (const socket of this.#sockets) socket.destroy();
		this.#server?.closeAllConnections();
		await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
		rmSync(this.folder, { recursive: true, force: true });
	}
}

const PAGE = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/page.css"><style>
:root { --paper: #FBF7F0; --paper-raised: #FFF; --ink: #211C17; --ink-soft: #6B6157; --line: #E7DED1; --accent: #BF3A1E; --on-accent: #FFF;
--radius-control: 6px; --radius-card: 12px; --shadow-float: 0 2px 12px rgb(33 28 23 / 16%); }
@media (prefers-color-scheme: dark) { :root { --paper: #1B1A1F; --paper-raised: #26252B; --ink: #F3EEE6; --ink-soft: #B4ABA0; --line: #3A3840;
--accent: #FF7A5C; --on-accent: #1B1A1F; } }
body { margin: 0; height: 100vh; position: relative; background: var(--paper); font: 15px/1.5 sans-serif; overflow: hidden; }
</style><body><script type="module" src="/page.js"></script>`;

/** The colour in the middle of someone's tile, or null while it is a placeholder. */
function colourSeen(page: Page, name: string): Promise<number[] | null> {
	return page.getByRole('listitem', { name }).evaluate((tile) => {
		const video = tile.querySelector('video');
		if (!video || video.videoWidth === 0) return null;
		const canvas = document.createElement('canvas');
		canvas.width = canvas.height = 8;
		const pen = canvas.getContext('2d');
		pen?.drawImage(video, 0, 0, 8, 8);
		return [...(pen?.getImageData(4, 6, 1, 1).data ?? [])].slice(0, 3);
	});
}

/** The loudest frequency among all that this page plays. */
function toneHeard(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const element = document.querySelector<HTMLAudioElement>('audio[data-call-sound]');
		if (!(element?.srcObject instanceof MediaStream)) return 0;
		const context = new AudioContext();
		const analyser = context.createAnalyser();
		analyser.fftSize = 8192;
		context.createMediaStreamSource(element.srcObject).connect(analyser);
		const bins = new Float32Array(analyser.frequencyBinCount);
		const silentAfter = performance.now() + 2_000;
		let [loudest, looks] = [0, 0];
		// Steady: the same note in look after look, and not the click of a beginning.
		while (looks < 12 && performance.now() < silentAfter) {
			await new Promise(requestAnimationFrame);
			analyser.getFloatFrequencyData(bins);
			const now = bins.reduce((best, level, i) => (level > (bins[best] ?? -Infinity) ? i : best), 0);
			looks = now === loudest && (bins[now] ?? -Infinity) > -70 ? looks + 1 : 0;
			loudest = now;
		}
		const hertz = (loudest * context.sampleRate) / analyser.fftSize;
		await context.close();
		return looks < 12 ? 0 : hertz;
	});
}

/** How many frames of someone's picture this page has decoded so far. */
function framesSeen(page: Page, name: string): Promise<number> {
	return page
		.getByRole('listitem', { name })
		.evaluate((tile) => tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
}

/** Lets what this page waits for by a timer come ten times as soon, until the answer is called. */
async function hurried(page: Page): Promise<() => Promise<void>> {
	const real = await page.evaluateHandle(() => window.setTimeout);
	await page.evaluate((setTimeout) => {
		window.setTimeout = ((act: () => void, ms = 0) => setTimeout(act, ms / 10)) as typeof window.setTimeout;
	}, real);
	return () => page.evaluate((setTimeout) => void (window.setTimeout = setTimeout), real);
}

const soon = { timeout: 20_000, interval: 250 };
const isBlue = (rgb: number[] | null) => rgb !== null && (rgb[2] ?? 0) > 150 && (rgb[0] ?? 255) < 100;
const isRed = (rgb: number[] | null) => rgb !== null && (rgb[0] ?? 0) > 150 && (rgb[2] ?? 255) < 100;

describe.skipIf(!binary)('two people in a call', { timeout: 120_000 }, () => {
	const stage = new Stage();
	let ada: Page;
	let bo: Page;
	beforeAll(async () => {
		await stage.open();
		ada = await stage.enter('ada', [255, 0, 0], 440);
		bo = await stage.enter('bo', [0, 0, 255], 880);
	}, 120_000);
	afterAll(() => stage.close(), 60_000);

	test('the media client is not loaded before a call is joined', async () => {
		const loaded = () => ada.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
		const clients = async () => (await loaded()).filter((name) => name.includes('livekit-room'));
		await ada.getByRole('button', { name: 'Join the call' }).waitFor();
		expect(await clients()).toEqual([]);
		await ada.getByRole('button', { name: 'Join the call' }).click();
		await vi.waitFor(async () => expect(await clients()).toHaveLength(1), soon);
		await ada.getByRole('button', { name: 'Leave' }).click();
	});

	test('each sees the other in their colour and hears their tone', async () => {
		for (const page of [ada, bo]) {
			await page.getByRole('button', { name: 'Camera' }).click();
			await page.getByRole('button', { name: 'Join the call' }).click();
		}
		await vi.waitFor(async () => expect(isBlue(await colourSeen(ada, 'Bo'))).toBe(true), soon);
		await vi.waitFor(async () => expect(isRed(await colourSeen(bo, 'Ada Lovelace'))).toBe(true), soon);
		await vi.waitFor(async () => expect(Math.abs((await toneHeard(ada)) - 880)).toBeLessThan(15), soon);
		await vi.waitFor(async () => expect(Math.abs((await toneHeard(bo)) - 440)).toBeLessThan(15), soon);
		await ada.getByRole('listitem', { name: 'Bo', exact: true }).locator('.speaking').waitFor();
	});

	test('a face hangs at the cursor of its own person, and at nobody else’s', async () => {
		const identity = await bo.evaluate(() => document.body.dataset['call'] ?? '');
		await ada.evaluate((call) => {
			const { say } = window as unknown as { say(client: number, call: string): void };
			say(2, call);
			say(1, call);
		}, identity);
		await ada.locator('[data-client="1"] video').waitFor();
		expect(await ada.locator('[data-client="2"]').count()).toBe(0);
		if (SCREENSHOTS) await takeScreenshots(ada, SCREENSHOTS);
	});

	test('a mute is seen by the other', async () => {
		await bo.keyboard.press('m');
		await bo.getByRole('button', { name: 'Microphone', pressed: false }).waitFor();
		await ada.getByRole('listitem', { name: 'Bo, muted' }).waitFor();
	});

	test('a LiveKit that was killed comes back with both pictures, and who was muted still is', async () => {
		await stage.killLiveKit();
		await ada.getByText('Coming back by itself').waitFor();
		await stage.startLiveKit();
		for (const [page, name] of [
			[ada, 'Bo, muted'],
			[bo, 'Ada Lovelace']
		] as const) {
			await page.getByText('Coming back by itself').waitFor({ state: 'detached', timeout: 30_000 });
			await page.getByRole('listitem', { name }).locator('video').waitFor({ timeout: 30_000 });
			const before = await framesSeen(page, name);
			await vi.waitFor(async () => expect(await framesSeen(page, name)).toBeGreaterThan(before + 5), soon);
		}
		expect(isBlue(await colourSeen(ada, 'Bo, muted'))).toBe(true);
		expect(stage.said.filter((line) => /eyJ/.test(line))).toEqual([]);
		await bo.getByRole('button', { name: 'Microphone', pressed: false }).waitFor();
	});

	test('a LiveKit that stays away until the room is given up takes no microphone and no camera along', async () => {
		const pressed = (page: Page) =>
			Promise.all(
				['Microphone', 'Camera'].map((name) => page.getByRole('button', { name }).getAttribute('aria-pressed'))
			);
		const before = [await pressed(ada), await pressed(bo)];
		const startsOver = ada.waitForRequest((request) => request.url().endsWith('/call'), { timeout: 60_000 });
		// A room is given up after some fifteen seconds: the same tries, in less time.
		const asEver = await Promise.all([ada, bo].map(hurried));
		await stage.killLiveKit();
		await startsOver;
		await Promise.all(asEver.map((calm) => calm()));
		await stage.startLiveKit();
		await bo
			.getByRole('listitem', { name: /^Ada Lovelace/ })
			.locator('video')
			.waitFor({ timeout: 30_000 });
		await ada.getByRole('listitem', { name: /^Bo/ }).locator('video').waitFor({ timeout: 30_000 });
		expect([await pressed(ada), await pressed(bo)]).toEqual(before);
	}, 90_000);

	test('who leaves is at the board still, and no longer in the call', async () => {
		await bo.getByRole('button', { name: 'Leave' }).click();
		await ada.getByRole('listitem', { name: 'Bo, not in the call' }).waitFor();
		expect(await bo.locator('audio[data-call-sound]').count()).toBe(0);
	});

	test('with LiveKit away a join says so, and goes through when it is back', async () => {
		await stage.killLiveKit();
		await bo.getByRole('button', { name: 'Join the call' }).click();
		await bo.getByText('Calls are away for a moment').waitFor();
		await stage.startLiveKit();
		await bo.getByRole('button', { name: 'Leave' }).waitFor({ timeout: 30_000 });
		await ada.getByRole('listitem', { name: 'Bo, muted' }).waitFor({ timeout: 30_000 });
	});

	test.each([
		[
			'none',
			'No microphone found. You are in the call without one.',
			'No camera found. You are in the call without one.'
		],
		['denied', 'The browser gives no microphone.', 'The browser gives no camera.'],
		['busy', 'Another program uses the microphone.', 'Another program uses the camera.']
	])('with devices that are %s the call is joined without them, and each is said', async (devices, mic, camera) => {
		const held = devices === 'busy';
		const noor = await stage.enter('noor', [0, 255, 0], 660, held ? 'faked' : (devices as Devices));
		if (held) {
			// No flag of a browser plays another program.
			await noor.evaluate(() => {
				navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('in use', 'NotReadableError'));
			});
		}
		await noor.getByRole('button', { name: 'Camera' }).click();
		await noor.getByRole('button', { name: 'Join the call' }).click();
		await noor.getByText(mic).waitFor();
		await noor.getByText(camera).waitFor();
		await noor.getByRole('listitem', { name: 'Ada Lovelace', exact: true }).waitFor();
		await ada.getByRole('listitem', { name: 'Noor van der Meulen, muted' }).waitFor();
		if (SCREENSHOTS && devices === 'none') await takeScreenshots(noor, SCREENSHOTS, 'none');
		await noor.getByRole('button', { name: 'Leave' }).click();
		await ada.getByRole('listitem', { name: 'Noor van der Meulen, not in the call' }).waitFor();
		await noor.context().browser()?.close();
	});
});

/** For eyes: CALL_SCREENSHOTS names a folder. */
async function takeScreenshots(page: Page, folder: string, name = 'call'): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 640 });
			await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
		}
	}
	await page.setViewportSize({ width: 1280, height: 640 });
}
