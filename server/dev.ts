import { resolve } from 'node:path';
import { isRunnableDevEnvironment, type Plugin } from 'vite';
import type { App } from './app.ts';
import { readConfig } from './config.ts';

const APP = Symbol.for('nabij.app');
const LAUNCH = Symbol.for('nabij.launch');
type Place = { [APP]?: Promise<App>; [LAUNCH]?: unknown };

/**
 * `npm run dev` is the product too: what stands before Kit, `/sync` and `/livekit`, on Vite's own server. The App is the one
 * that Kit's hook makes, loaded through the same module runner: a second copy would have rooms of its own, all empty. It
 * is kept on globalThis, so that reloads of code keep what is open.
 */
export function nabijDev(): Plugin {
	return {
		name: 'nabij-dev',
		apply: 'serve',
		configureServer(vite) {
			const { httpServer } = vite;
			// Vitest starts a server as well, and must open neither a database nor sockets.
			if (process.env['VITEST'] || !httpServer) return;
			const place = globalThis as Place;
			const port = String(vite.config.server.port ?? 3000);
			place[LAUNCH] ??= { config: readConfig({ ...process.env, PORT: port }, { root: resolve('.'), share: false }) };

			const app = async (): Promise<App> => {
				const { ssr } = vite.environments;
				if (!ssr || !isRunnableDevEnvironment(ssr)) throw new Error('Vite runs no server code here');
				const hub = (await ssr.runner.import('/server/app.ts')) as { startApp: () => Promise<App> };
				return hub.startApp();
			};
			vite.middlewares.use((req, res, next) => {
				app().then((running) => running.handleRequest(req, res) || next(), next);
			});
			httpServer.on('upgrade', (req, socket, head) => {
				// All else is Vite's own: it reloads pages over a socket.
				if (!/^\/(sync|livekit)(\/|\?|$)/.test(req.url ?? '')) return;
				app().then(
					(running) => running.handleUpgrade(req, socket, head),
					() => socket.destroy()
				);
			});
			httpServer.once('close', () => void place[APP]?.then((running) => running.close()));
		}
	};
}
