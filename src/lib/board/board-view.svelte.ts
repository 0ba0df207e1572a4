/** What the page shows of a board beside its elements: tool, selection in numbers, save state, role, what was just said. */
import { createSubscriber } from 'svelte/reactivity';
import { m } from '#i18n/messages';
import { mayOnBoard, type Standing } from '#domain/board/roles';
import type { BoardElement, NoteColour } from '#domain/board/element';
import type { Person } from '#domain/wire/control';
import type { Happening } from './engine/actions.ts';
import type { Box } from './engine/geometry.ts';
import type { Spoken } from './engine/focus-proxy.ts';
import type { Item } from './engine/scene.ts';
import { KnownPeople } from './known-people.ts';
import { spokenOf } from './spoken.ts';
import { supersededWords } from './superseded.ts';
import type { Connection, SyncState } from './sync/connection.ts';
import type { ToolName } from './tools/tool.ts';

/** How long a line of words about what happened stays. */
const SAID_MS = 5_000;

export class BoardView {
	tool = $state<ToolName>('select');
	zoom = $state(1);
	/** Nothing lies on the board. */
	empty = $state(false);
	/** Whether anything selected has a colour to choose, be they several. */
	hasColour = $state(false);
	/** The one colour of the selection, or null when it has none or several. */
	selectedColour = $state<NoteColour | 'none' | null>(null);
	/** Where the selection lies in the view, or null with none and while it is being moved. */
	selectionAt = $state.raw<Box | null>(null);
	/** For everyone: a short line at the foot. */
	said = $state('');
	/** Brings back what `said` tells of, where that can be done. */
	bringBack = $state.raw<(() => void) | null>(null);
	/** Whether this person has a deed to take back, or one taken back to do again. */
	canUndo = $state(false);
	canRedo = $state(false);
	keysOpen = $state(false);
	title = $state('');
	readonly #standing: Standing;
	readonly #connection: Connection;
	readonly #subscribe: () => void;
	readonly #known: KnownPeople;
	readonly #me: string;
	#role = $state<Standing['role']>('viewer');
	/** What this person knows of `reader`. */
	#told: string;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `anew`: the board was open already, to someone who may have been allowed more. */
	constructor(connection: Connection, standing: Standing, me: string, title: string, anew = false) {
		this.#connection = connection;
		this.#known = new KnownPeople(connection.people);
		this.#me = me;
		this.#standing = standing;
		this.#role = standing.role;
		this.title = title;
		this.#told = anew ? '' : this.reader;
		this.#subscribe = createSubscriber((update) => connection.onState(update));
	}

	get sync(): SyncState {
		this.#subscribe();
		return this.#connection.state;
	}

	/** Nothing more is written where a line ended for good: it could go nowhere. */
	get mayEdit(): boolean {
		return this.sync.is !== 'ended' && mayOnBoard({ ...this.#standing, role: this.#role }, 'edit');
	}

	/** What somebody who does not write here may do; empty for whoever writes. */
	get reader(): string {
		if (mayOnBoard({ ...this.#standing, role: this.#role }, 'edit')) return '';
		return this.#role === 'commenter' ? m.board_reader_commenter() : m.board_reader();
	}

	get mayShare(): boolean {
		return this.sync.is !== 'ended' && mayOnBoard({ ...this.#standing, role: this.#role }, 'share-link');
	}

	get mayRename(): boolean {
		return this.sync.is !== 'ended' && mayOnBoard({ ...this.#standing, role: this.#role }, 'rename');
	}

	/**
	 * The server says who this person is here: another role takes effect at once, and is said. Only now, not with the page:
	 * what stands in a place from the beginning is not heard there.
	 */
	became({ role }: Person): void {
		this.#role = role;
		if (this.reader === this.#told) return;
		this.#told = this.reader;
		this.say(this.reader || m.board_said_may_write());
	}

	selected(items: readonly Item[]): void {
		const colours = items.flatMap(({ element }) => ('colour' in element ? [element.colour] : []));
		const [first] = colours;
		this.hasColour = first !== undefined;
		this.selectedColour = first !== undefined && colours.every((colour) => colour === first) ? first : null;
	}

	/** Shows a line for a while. */
	say(words: string): void {
		clearTimeout(this.#timer);
		this.said = words;
		this.bringBack = null;
		this.#timer = setTimeout(() => (this.said = ''), SAID_MS);
	}

	/**
	 * What one was writing in was deleted by this Yjs client. Words that offer something wait until something else is said:
	 * whoever types looks at the keys.
	 */
	taken(client: number | null, bringBack: (() => void) | null): void {
		const who = client === null ? undefined : this.#known.of(client);
		if (!who) this.say(m.board_said_taken());
		else this.say(who.id === this.#me ? m.board_said_taken_own() : m.board_said_taken_by({ name: who.name }));
		if (!bringBack) return;
		clearTimeout(this.#timer);
		this.bringBack = () => {
			this.say('');
			if (this.mayEdit) bringBack();
		};
	}

	/** What is heard of an element that the keyboard stands on. */
	spoken(element: BoardElement, place: Readonly<{ position: number; count: number }>): Spoken {
		return spokenOf(element, place, this.#known.nameOf(element.by));
	}

	happened(happening: Exclude<Happening, { readonly what: 'colours' }>): void {
		switch (happening.what) {
			case 'removed':
				return this.say(m.board_said_removed({ n: happening.count }));
			case 'pasted':
				return this.say(happening.cut ? m.board_said_cut() : m.board_said_pasted({ n: happening.count }));
			case 'copied':
			case 'cut': {
				const { what, count: n, left } = happening;
				const done = what === 'cut' ? m.board_said_removed({ n }) : m.board_said_copied({ n });
				return this.say(left === 0 ? done : `${done}, ${m.board_said_left({ n: left })}`);
			}
			case 'selected':
				return this.say(m.board_said_selected({ n: happening.count }));
			case 'reader':
				return this.say(m.board_said_reader());
			case 'keys':
				this.keysOpen = true;
				return;
			case 'undo':
			case 'redo': {
				const { outcome, what } = happening;
				if (outcome.is === 'superseded') this.say(supersededWords(outcome, this.#known, this.#me));
				else if (outcome.is === 'nothing') this.say(what === 'undo' ? m.board_said_no_undo() : m.board_said_no_redo());
				else this.say(what === 'undo' ? m.board_said_undone() : m.board_said_redone());
			}
		}
	}

	destroy(): void {
		clearTimeout(this.#timer);
		this.#known.destroy();
	}
}
