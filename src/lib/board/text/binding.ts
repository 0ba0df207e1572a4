import * as Y from 'yjs';
import { TEXT_MAX } from '../../../domain/board/read.ts';

/** One replacement: at `from`, `removed` units go and `inserted` comes. */
export type Edit = Readonly<{ from: number; removed: number; inserted: string }>;

/**
 * The smallest single replacement that makes `after` out of `before`. Where equal letters leave a choice ("aa" → "aaa"),
 * the caret tells: what was typed ends at it.
 */
export function editBetween(before: string, after: string, caret: number): Edit {
	const grown = after.length - before.length;
	// Behind the caret nothing was typed: the tails are equal, and matching them first settles every choice.
	const most = Math.min(before.length, after.length, after.length - Math.max(0, Math.min(caret, after.length)));
	let tail = 0;
	while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
	const left = Math.min(before.length, after.length) - tail;
	let head = 0;
	while (head < left && before[head] === after[head]) head++;
	// Half a letter cannot be replaced: a pair of code units that is one character goes as a whole.
	if (head > 0 && isHighHalf(before.charCodeAt(head - 1))) head--;
	if (tail > 0 && isLowHalf(before.charCodeAt(before.length - tail))) tail--;
	const removed = before.length - tail - head;
	return { from: head, removed, inserted: after.slice(head, head + removed + grown) };
}

function isHighHalf(unit: number): boolean {
	return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowHalf(unit: number): boolean {
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/** At most this many units from the beginning, never half a character. */
function startOf(text: string, units: number): string {
	if (units >= text.length) return text;
	const end = Math.max(0, units);
	return text.slice(0, end > 0 && isHighHalf(text.charCodeAt(end - 1)) ? end - 1 : end);
}

/** The field that a person types in; a textarea is one. */
export type TextField = Pick<
	HTMLTextAreaElement,
	| 'value'
	| 'selectionStart'
	| 'selectionEnd'
	| 'selectionDirection'
	| 'setSelectionRange'
	| 'addEventListener'
	| 'removeEventListener'
>;

/**
 * Ties a text field to a shared text: what is typed goes in as small replacements, what others type comes in around the
 * caret, which stays at its letter. While an input method composes, the field is its own; what others typed meanwhile
 * appears when the composition ends, and nothing of either is lost. Undo inside the field takes back own typing only.
 */
export class TextBinding {
	readonly #field: TextField;
	readonly #text: Y.Text;
	readonly #undo: Y.UndoManager;
	readonly #onLength: ((cut: boolean) => void) | undefined;
	/** The text that the field showed when last they were equal. */
	#shown: string;
	#composing = false;
	/** What others did to the text since then. */
	#missed: Change[] = [];

	/** `onLength` hears whether typing was cut at the longest text that an element holds. */
	constructor(field: TextField, text: Y.Text, onLength?: (cut: boolean) => void) {
		this.#field = field;
		this.#text = text;
		this.#onLength = onLength;
		this.#shown = text.toString();
		field.value = this.#shown;
		this.#undo = new Y.UndoManager(text, { trackedOrigins: new Set([this]), captureTimeout: 400 });
		text.observe(this.#onRemote);
		field.addEventListener('input', this.#onInput);
		field.addEventListener('compositionstart', this.#onCompositionStart);
		field.addEventListener('compositionend', this.#onCompositionEnd);
	}

	/** Takes back this person's last typing in this text; false when there is none. */
	undo(): boolean {
		return this.#undo.undo() !== null;
	}

	redo(): boolean {
		return this.#undo.redo() !== null;
	}

	/** This person's typing here that was not taken back, oldest first. */
	get steps(): Y.UndoManager['undoStack'] {
		return this.#undo.undoStack;
	}

	destroy(): void {
		if (this.#composing) this.#onCompositionEnd();
		this.#text.unobserve(this.#onRemote);
		this.#field.removeEventListener('input', this.#onInput);
		this.#field.removeEventListener('compositionstart', this.#onCompositionStart);
		this.#field.removeEventListener('compositionend', this.#onCompositionEnd);
		this.#undo.destroy();
	}

	readonly #onInput = (): void => {
		if (!this.#composing) this.#send();
	};

	readonly #onCompositionStart = (): void => {
		this.#composing = true;
	};

	readonly #onCompositionEnd = (): void => {
		this.#composing = false;
		this.#send();
	};

	readonly #onRemote = ({ delta }: Y.YTextEvent, transaction: Y.Transaction): void => {
		if (transaction.origin === this) return;
		if (this.#composing) this.#missed.push(delta);
		else this.#show(delta);
	};

	/** Brings what was typed into the shared text, and what others typed meanwhile into the field. */
	#send(): void {
		const typed = this.#field.value;
		const edit = editBetween(this.#shown, typed, this.#field.selectionEnd);
		const current = this.#text.toString();
		const room = TEXT_MAX - (current.length - edit.removed);
		const inserted = startOf(edit.inserted, room);
		this.#onLength?.(inserted.length < edit.inserted.length);
		// Others may have written since the field was last equal to the text: the edit is moved along with their letters.
		const from = this.#missed.splice(0).reduce(moved, edit.from);
		const removed = Math.min(edit.removed, current.length - from);
		if (removed > 0 || inserted !== '') {
			this.#text.doc?.transact(() => {
				if (removed > 0) this.#text.delete(from, removed);
				if (inserted !== '') this.#text.insert(from, inserted);
			}, this);
		}
		const caret = this.#field.selectionEnd - edit.from + from - (edit.inserted.length - inserted.length);
		this.#shown = this.#text.toString();
		if (this.#field.value === this.#shown) return;
		this.#field.value = this.#shown;
		this.#field.setSelectionRange(caret, caret);
	}

	/** Shows the shared text, the selection kept at its letters. */
	#show(change: Change): void {
		const { selectionStart, selectionEnd, selectionDirection } = this.#field;
		this.#shown = this.#text.toString();
		if (this.#field.value === this.#shown) return;
		this.#field.value = this.#shown;
		this.#field.setSelectionRange(moved(selectionStart, change), moved(selectionEnd, change), selectionDirection);
	}
}

/** What happened to a text, from its beginning on. */
type Change = Y.YTextEvent['delta'];

/**
 * Where a place between letters lies after a change. The letters themselves do not tell: of two equal ones typed at once it
 * matters which is whose. What comes in at the very place comes in behind it.
 */
function moved(at: number, change: Change): number {
	let place = at;
	let here = 0;
	for (const { retain = 0, insert, delete: gone = 0 } of change) {
		here += retain;
		if (here > place) break;
		if (gone > 0) place -= Math.min(gone, place - here);
		if (insert === undefined) continue;
		const come = typeof insert === 'string' ? insert.length : 1;
		if (here < place) place += come;
		here += come;
	}
	return place;
}
