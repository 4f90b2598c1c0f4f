import type { Readable } from 'node:stream';

/** Whether only the head of the answer is wanted. HEAD is served by the handlers of GET, and a body would be read for nothing. */
export const isHead = (request: Readable): boolean => 'method' in request && request.method === 'HEAD';
