export * from './team.ts';
export * from './board.ts';
