import { drawingIdle } from './drawing.ts';
import { handIdle } from './hand.ts';
import { placingIdle } from './placing.ts';
import { idle as selectIdle } from './select/idle.ts';
import { Tool, type Desk, type State, type ToolName } from './tool.ts';

const IDLE: Readonly<Record<ToolName, (desk: Desk) => State>> = {
	select: selectIdle,
	hand: handIdle,
	note: (desk) => placingIdle(desk, 'note'),
	text: (desk) => placingIdle(desk, 'text'),
	rectangle: (desk) => drawingIdle(desk, 'rectangle'),
	arrow: (desk) => drawingIdle(desk, 'arrow')
};

/** Takes a tool up, in its idle state. */
export function takeUp(name: ToolName, desk: Desk): Tool {
	return new Tool(name, IDLE[name](desk));
}

/** Tools that change nothing: all that a reader gets. */
export function isReading(name: ToolName): boolean {
	return name === 'select' || name === 'hand';
}
