import { workerData } from 'node:worker_threads';
import { answerCalls } from '../answering-thread.ts';
import { DocumentLog } from './document-log.ts';

/** What the thread of the document log is asked: the calls of {@link DocumentLog}. */
export type LogCalls = Pick<DocumentLog, keyof DocumentLog>;

answerCalls<keyof LogCalls>(new DocumentLog(workerData as string), 'close');
