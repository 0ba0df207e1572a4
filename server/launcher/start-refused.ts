/** Something outside keeps us from starting. The message is a sentence for who started us, and no stack is shown. */
export class StartRefused extends Error {
	override readonly name = 'StartRefused';
}
