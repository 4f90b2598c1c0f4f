import { Type } from 'typebox';

import { TaskId } from '../identifiers.ts';
import { closed, oneOfWords } from '../schema.ts';

import { taskStates } from './status.ts';
import type { TaskState } from './status.ts';
import type { Priority } from './priorities.ts';

/** A task that another one waits for. Only those are named whose status the caller may read. */
export interface NamedTask {
  readonly taskId: string;
  /** Absent when the task does not exist any more. */
  readonly state?: TaskState;
  /** For callers who may also read its definition. */
  readonly name?: string;
}

/** Tasks at the root of the waiting. `count` may be larger than the list: what the caller may not read, or what is too much to list. */
interface Roots {
  readonly count: number;
  /** There are more than were looked at. */
  readonly more: boolean;
  readonly tasks: readonly NamedTask[];
}

interface WorkerRef {
  readonly workerGroup: string;
  readonly workerId: string;
}

/** One reason why a task is where it is. `text` says it in a sentence; the rest is for programs. Times are ISO texts. */
export type WhyCause =
  | ({ readonly kind: 'dependencies'; readonly text: string; readonly unsatisfied: number; readonly requires?: string } & Roots)
  | ({ readonly kind: 'failed-dependencies'; readonly text: string } & Roots)
  | ({ readonly kind: 'missing-dependencies'; readonly text: string } & Roots)
  | ({ readonly kind: 'held-back'; readonly text: string } & Roots)
  | { readonly kind: 'schedule-task'; readonly text: string }
  | {
      readonly kind: 'position';
      readonly text: string;
      readonly taskQueueId: string;
      readonly priority: Priority;
      readonly pendingSince: string;
      readonly ahead: number;
      readonly more: boolean;
      readonly aheadByPriority: Readonly<Partial<Record<Priority, number>>>;
      /** Since when the first one in the queue waits. */
      readonly firstSince?: string;
    }
  | { readonly kind: 'no-worker'; readonly text: string; readonly taskQueueId: string; readonly lastAsked?: string }
  | {
      readonly kind: 'workers-quarantined';
      readonly text: string;
      readonly quarantined: number;
      readonly known: number;
      readonly workers: readonly (WorkerRef & { readonly until: string })[];
    }
  | {
      readonly kind: 'workers-busy';
      readonly text: string;
      readonly running: number;
      readonly more: boolean;
      readonly workers: readonly (WorkerRef & { readonly taskId: string; readonly runId: number; readonly since: string })[];
    }
  | { readonly kind: 'retried'; readonly text: string; readonly runs: number; readonly reason?: string; readonly retriesLeft: number }
  | { readonly kind: 'running'; readonly text: string; readonly runId: number; readonly since?: string; readonly takenUntil?: string }
  | {
      readonly kind: 'resolved';
      readonly text: string;
      readonly runId: number;
      readonly reason?: string;
      readonly resolved?: string;
      readonly retriesLeft: number;
    }
  | { readonly kind: 'deadline'; readonly text: string; readonly deadline: string; readonly passed: boolean }
  | { readonly kind: 'group-sealed'; readonly text: string; readonly sealed: string };

export const TaskWhyResponse = closed(
  {
    taskId: TaskId,
    state: oneOfWords(taskStates, { title: 'State', description: 'The state of the task.' }),
    summary: Type.String({ title: 'Summary', description: 'Why the task is where it is, in one sentence.' }),
    causes: Type.Unsafe<readonly WhyCause[]>({
      title: 'Causes',
      description: 'Everything that plays a part, the decisive one first. `kind` says which properties there are beside `text`.',
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: { title: 'Kind', description: 'What kind of cause this is: a word.', type: 'string' },
          text: { title: 'Text', description: 'The cause in a sentence.', type: 'string' },
        },
        required: ['kind', 'text'],
      },
    }),
  },
  { title: 'Why', description: 'Why a task is not running.' },
);
export interface TaskWhyResponse {
  readonly taskId: string;
  readonly state: TaskState;
  readonly summary: string;
  readonly causes: readonly WhyCause[];
}
