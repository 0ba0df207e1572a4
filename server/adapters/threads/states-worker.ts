import { answerCalls } from '../answering-thread.ts';
import { calls } from './states-calls.ts';

/** What the thread for whole documents is asked. */
export type StatesCalls = typeof calls;

answerCalls<keyof StatesCalls>(calls, 'end');
