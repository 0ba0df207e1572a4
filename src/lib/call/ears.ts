/** Sound above this root mean square is speech rather than breath and fans. */
const SPEAKING_RMS = 0.012;
/** A ring stays lit through the gaps between words. */
const HOLD_MS = 350;
const TICK_MS = 80;

/**
 * Lights speaking rings from the sound itself, in this browser: the media server's own tick of 500 ms is too slow for
 * taking turns. What is heard is looked at and forgotten; nothing is counted, kept or sent. One audio context serves all
 * voices.
 */
export class Ears {
	#context: AudioContext | null = null;
	#timer: ReturnType<typeof setInterval> | undefined;
	readonly #looks = new Set<() => void>();

	/** Tells whether this voice is speaking, at each change, until the answer is called. */
	watch(sound: MediaStreamTrack, tell: (speaking: boolean) => void): () => void {
		const context = (this.#context ??= new AudioContext());
		if (context.state === 'suspended') void context.resume().catch(() => {});
		const source = context.createMediaStreamSource(new MediaStream([sound]));
		const analyser = context.createAnalyser();
		analyser.fftSize = 512;
		source.connect(analyser);
		const samples = new Float32Array(analyser.fftSize);
		let heardAtMs = -Infinity;
		let speaking = false;
		const look = () => {
			analyser.getFloatTimeDomainData(samples);
			let sum = 0;
			for (const sample of samples) sum += sample * sample;
			if (Math.sqrt(sum / samples.length) > SPEAKING_RMS) heardAtMs = performance.now();
			const now = performance.now() - heardAtMs < HOLD_MS;
			if (now !== speaking) tell((speaking = now));
		};
		this.#looks.add(look);
		this.#timer ??= setInterval(() => this.#looks.forEach((each) => each()), TICK_MS);
		return () => {
			this.#looks.delete(look);
			source.disconnect();
			tell(false);
			if (this.#looks.size > 0) return;
			clearInterval(this.#timer);
			this.#timer = undefined;
			void this.#context?.close();
			this.#context = null;
		};
	}
}
