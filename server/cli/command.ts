import type { Config } from '../config.ts';

/** One word of `npm run cli -- <word>`. Its module is loaded only when it is asked for. */
export type Command = Readonly<{
	/** The words after its name, as a person types them; what stands in capitals is theirs to choose. */
	words: readonly string[];
	does: string;
	/** Answers the exit status. `args` are as many as `words`. */
	run: (config: Config, args: readonly string[]) => Promise<number>;
}>;

/** A command cannot do what was asked. The message is a sentence for who asked, and no stack is shown. */
export class CommandRefused extends Error {
	override readonly name = 'CommandRefused';
	readonly status: 1 | 2 | 130;
	/** 2: what was typed makes no sense; 130: it was broken off. */
	constructor(message: string, status: 1 | 2 | 130 = 1) {
		super(message);
		this.status = status;
	}
}
