import { pino, type Logger } from 'pino';

/** What parts write to. Objects first, a sentence after: `log.warn({ board }, 'a room closed')`. */
export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'child'>;
export { pino };
