import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WIDTH = 320;
const HEIGHT = 180;
const FRAMES = 30;
const SAMPLE_RATE = 48_000;

export type FakeMedia = Readonly<{ video: string; audio: string }>;
export type Rgb = readonly [red: number, green: number, blue: number];

/** Writes what a fake camera and microphone play: a colour with a moving bar (320×180, 15 fps) and a tone, both looping. */
export function writeFakeMedia(folder: string, name: string, colour: Rgb, toneHz: number): FakeMedia {
	mkdirSync(folder, { recursive: true });
	const video = join(folder, `${name}.y4m`);
	const audio = join(folder, `${name}.wav`);
	writeFileSync(video, y4m(colour));
	writeFileSync(audio, wav(toneHz));
	return { video, audio };
}

function y4m([r, g, b]: Rgb): Buffer {
	const y = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
	const u = Math.round(128 - 0.1687 * r - 0.3313 * g + 0.5 * b);
	const v = Math.round(128 + 0.5 * r - 0.4187 * g - 0.0813 * b);
	const pixels = WIDTH * HEIGHT;
	const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`)];
	for (let frame = 0; frame < FRAMES; frame++) {
		const picture = Buffer.alloc((pixels * 3) / 2);
		picture.fill(y, 0, pixels).fill(Math.min(255, u), pixels, (pixels * 5) / 4);
		picture.fill(Math.min(255, v), (pixels * 5) / 4);
		// Something has to move, or an encoder sends next to nothing and a frozen picture looks like a live one.
		for (let row = 0; row < 20; row++) {
			for (let x = 0; x < 40; x++) picture[row * WIDTH + ((x + frame * 8) % WIDTH)] = 235;
		}
		parts.push(Buffer.from('FRAME\n'), picture);
	}
	return Buffer.concat(parts);
}

function wav(toneHz: number): Buffer {
	const samples = SAMPLE_RATE * 2;
	const file = Buffer.alloc(44 + samples * 2);
	file.write('RIFF', 0);
	file.writeUInt32LE(36 + samples * 2, 4);
	file.write('WAVEfmt ', 8);
	file.writeUInt32LE(16, 16);
	file.writeUInt16LE(1, 20);
	file.writeUInt16LE(1, 22);
	file.writeUInt32LE(SAMPLE_RATE, 24);
	file.writeUInt32LE(SAMPLE_RATE * 2, 28);
	file.writeUInt16LE(2, 32);
	file.writeUInt16LE(16, 34);
	file.write('data', 36);
	file.writeUInt32LE(samples * 2, 40);
	for (let i = 0; i < samples; i++) {
		file.writeInt16LE(Math.round(Math.sin((2 * Math.PI * toneHz * i) / SAMPLE_RATE) * 12_000), 44 + i * 2);
	}
	return file;
}
