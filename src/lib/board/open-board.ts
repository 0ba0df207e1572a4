import { restoreElements } from '#domain/board/commands';
import { elementMap } from '#domain/board/document';
import { readElement, textOf } from '#domain/board/read';
import { createUndo } from '#domain/board/undo';
import { m } from '#i18n/messages';
import { createBoardEdits } from './board-edits.ts';
import type { BoardView } from './board-view.svelte.ts';
import type { Look } from './engine/camera.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import type { Box } from './engine/geometry.ts';
import type { Connection } from './sync/connection.ts';
import { openTextEditor } from './text/editor.ts';

/** Where somebody looks, and whether they were typing in words that were closed under their hands. */
export type Before = Readonly<{ look: Look; hushed: boolean }>;

export type OpenBoardOptions = Readonly<{
	/** Gets the engine's layers. */
	host: HTMLElement;
	connection: Connection;
	view: BoardView;
	/** This person's id. */
	me: string;
	/** What lies over the board, in CSS pixels of the host. */
	bars: () => Iterable<Box>;
	/** How this person stood at the board before it began anew. */
	before: Before | null;
	/** The keyboard asks for the colours of what is selected. */
	onColours: () => void;
}>;

/** Makes a connection's board live in a host, and tells the view what goes on in it. */
export function openBoard({ host, connection, view, me, bars, before, onColours }: OpenBoardOptions): {
	readonly engine: Engine;
	readonly destroy: () => void;
} {
	const { doc } = connection;
	const undo = createUndo(doc);
	const engine: Engine = createEngine({
		host,
		els: doc.getMap<unknown>('els'),
		read: readElement,
		edits: createBoardEdits(doc, undo, me, () => connection.serverNow),
		awareness: connection.awareness,
		wire: connection,
		people: connection.people,
		mayEdit: () => view.mayEdit,
		bars,
		spoken: ({ element }, position, count) => view.spoken(element, { position, count }),
		writing: (name) => m.board_writing_here({ name }),
		openEditor: (open) => {
			const text = textOf(elementMap(doc, open.id));
			const kind = engine.scene.get(open.id)?.element.t;
			if (!text || kind === undefined || kind === 'conn' || kind === 'unknown') return null;
			return openTextEditor({
				open,
				text,
				kind,
				label: m.board_text_label(),
				onFull: () => view.say(m.board_said_full()),
				onTyped: (steps) => undo.typed(open.id, steps)
			});
		},
		onTaken: (id) => {
			const map = elementMap(doc, id);
			const bringBack = (): void => {
				restoreElements(doc, [id]);
				engine.comeBack();
			};
			// Where another program took it off the document altogether, nothing can come back.
			view.taken(map?._map.get('del')?.id.client ?? null, map && bringBack);
		},
		onTool: (tool) => (view.tool = tool),
		onSelection: () => view.selected(engine.selected),
		onSelectionAt: (box) => (view.selectionAt = box),
		onZoom: (zoom) => (view.zoom = zoom),
		onHappening: (happening) => (happening.what === 'colours' ? onColours() : view.happened(happening))
	});

	if (before) engine.camera.set(before.look);
	if (before?.hushed) engine.hush.begin();

	// What lies there is shown whole, once: from this browser's copy, or else when the server has said all there is. On an
	// empty board the view stays where it is, or the first note would make it jump.
	let shown = before !== null;
	const showAll = (): void => {
		if (shown) return;
		shown = engine.scene.size > 0 || connection.state.is === 'saved';
		if (engine.scene.size > 0) engine.actions.fit();
	};
	// Whoever has put something down already has found their place.
	const stopLooking = engine.scene.onChange(({ remote }) => (shown ||= !remote));
	void connection.loaded.then(showAll);

	// Whether nothing lies there is known once the server has said all there is; from then on what is seen counts.
	const seeEmpty = (): void => {
		view.empty = engine.scene.size === 0 && (view.empty || connection.state.is === 'saved');
	};

	const stop = [
		undo.onChange(() => {
			view.canUndo = undo.canUndo;
			view.canRedo = undo.canRedo;
		}),
		stopLooking,
		engine.scene.onChange(seeEmpty),
		connection.onState(seeEmpty),
		connection.onTitle((title) => (view.title = title)),
		connection.onMe((person) => {
			view.became(person);
			engine.rights();
		}),
		connection.onState(showAll),
		connection.onState(({ is }) => {
			if (is === 'ended') engine.rights();
		})
	];
	return {
		engine,
		destroy: () => {
			for (const end of stop) end();
			engine.destroy();
			undo.destroy();
		}
	};
}
