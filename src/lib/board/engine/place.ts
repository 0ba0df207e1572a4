/** Where elements really lie: frames added up, connector ends found, boxes around it all. */
import type { BoardElement, ConnectorElement, ConnectorEnd, ElementId } from '../../../domain/board/element.ts';
import { boxAroundTurned, boxBetween, centreOf, turned, type Box, type Point } from './geometry.ts';

/** Where a gesture shows an element; an arrow also says its ends, for a box does not tell which way it points. */
export type Place = Box & Readonly<{ ends?: readonly [Point, Point] }>;

type Find = (id: ElementId) => BoardElement | undefined;

/**
 * The element's top left corner on the board. Parents are added up; where they form a circle, it is cut above the lowest
 * id in it, so that every reader sees the same. A parent that is not there counts as the board.
 */
export function originOf(element: BoardElement, find: Find): Point {
	const chain: BoardElement[] = [element];
	for (let at = element; at.pos[0] !== null;) {
		const parent = find(at.pos[0]);
		if (!parent) break;
		const again = chain.indexOf(parent);
		if (again !== -1) {
			const lowest = chain.slice(again).reduce((low, one) => (one.id < low.id ? one : low));
			chain.length = chain.indexOf(lowest) + 1;
			break;
		}
		chain.push(parent);
		at = parent;
	}
	return chain.reduce<Point>(([x, y], one) => [x + one.pos[1], y + one.pos[2]], [0, 0]);
}

/** The element's own box, not turned. */
export function frameOf(element: BoardElement, find: Find): Box {
	if (element.t === 'conn') {
		const [a, b] = endsOf(element, find);
		return boxBetween(a, b);
	}
	const [x, y] = originOf(element, find);
	return { x, y, w: element.size[0], h: element.size[1] };
}

/** The upright box that the element needs on the board. */
export function boundsOf(element: BoardElement, find: Find): Box {
	return boxAroundTurned(frameOf(element, find), element.rot);
}

/** Both ends of a connector: at the element they hold on to, or, when that is gone, where they were last. */
export function endsOf(connector: ConnectorElement, find: Find): readonly [Point, Point] {
	const origin = originOf(connector, find);
	return [endOf(connector.a, origin, find), endOf(connector.b, origin, find)];
}

function endOf(end: ConnectorEnd, [ox, oy]: Point, find: Find): Point {
	const held = end.el === undefined ? undefined : find(end.el);
	// Connectors of connectors could form a circle; a connector is never held on to.
	if (!held || held.t === 'conn') return [ox + end.pt[0], oy + end.pt[1]];
	const box = frameOf(held, find);
	const [u, v] = end.at ?? [0.5, 0.5];
	return turned([box.x + u * box.w, box.y + v * box.h], centreOf(box), held.rot);
}

/** The ids whose place decides this element's place. */
export function leansOn(element: BoardElement): readonly ElementId[] {
	const ids = element.pos[0] === null ? [] : [element.pos[0]];
	if (element.t === 'conn') for (const end of [element.a, element.b]) if (end.el !== undefined) ids.push(end.el);
	return ids;
}
