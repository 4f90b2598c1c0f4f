import type { Expected } from '../vocabulary.ts';
import { type ModelTask, statusOf } from './state.ts';

export const ok = (body: unknown): Expected => ({ code: 'ok', body });
export const conflict: Expected = { code: 'RequestConflict' };
export const unknown: Expected = { code: 'ResourceNotFound' };
export const badInput: Expected = { code: 'InputError' };
/** What most requests about a task are answered with. */
export const answer = (task: ModelTask): Expected => ok({ status: statusOf(task) });
