export * from './team.ts';
export * from './board.ts';
export * from './log.ts';
