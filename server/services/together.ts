/** No question names more than so many: a database bounds what one may ask with. */
const MOST = 500;

type Asking<Question, Answer> = Readonly<{
	question: Question;
	resolve: (answer: Answer) => void;
	reject: (error: unknown) => void;
}>;

/**
 * Makes one question of many: what is asked within one turn of the event loop is asked together, at the end of the turn,
 * and each hears its own answer as if it had asked alone. `askAll` answers in the order of the questions; when it fails, all
 * of that turn fail.
 */
export function together<Question, Answer>(
	askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>
): (question: Question) => Promise<Answer> {
	let waiting: Asking<Question, Answer>[] = [];

	async function answer(asking: readonly Asking<Question, Answer>[]): Promise<void> {
		try {
			const answers = await askAll(asking.map(({ question }) => question));
			for (const [n, { resolve }] of asking.entries()) resolve(answers[n] as Answer);
		} catch (error) {
			for (const { reject } of asking) reject(error);
		}
	}

	return (question) =>
		new Promise((resolve, reject) => {
			waiting.push({ question, resolve, reject });
			if (waiting.length > 1) return;
			setImmediate(() => {
				const all = waiting;
				waiting = [];
				for (let from = 0; from < all.length; from += MOST) void answer(all.slice(from, from + MOST));
			});
		});
}
