import type { Task, TaskState } from '../../domain/task.ts';
import type { Need } from './obstacle.ts';

/** A task at the root of the waiting. Its identity is left out when the caller may not know it. */
export interface Root {
  /** Undefined: the task does not exist any more. */
  readonly state: TaskState | undefined;
  readonly need: Need;
  /** Whether only scheduleTask starts it. */
  readonly byHand: boolean;
  readonly deadline: string | undefined;
  readonly known: { readonly taskId: string; readonly name?: string } | undefined;
}

/** What is known about the workers of the task's queue; names only of what the caller may list. */
export interface Workers {
  /** When a worker that is not quarantined asked last. */
  readonly lastAsked: string | undefined;
  readonly known: number;
  readonly quarantined: number;
  readonly running: number;
  /** Whether one that is not quarantined runs something. */
  readonly serving: boolean;
  readonly busy: readonly {
    readonly workerGroup: string;
    readonly workerId: string;
    readonly taskId: string;
    readonly runId: number;
    readonly since: string;
  }[];
  readonly inQuarantine: readonly { readonly workerGroup: string; readonly workerId: string; readonly until: string }[];
}

/** Everything that the answer is made of. */
export interface Facts {
  readonly now: string;
  readonly task: Task;
  readonly requires: string | undefined;
  readonly sealed: string | undefined;
  /** Of an unscheduled task: who blocks it in the end, whether that is all, and how many other tasks were looked at. */
  readonly roots?: { readonly list: readonly Root[]; readonly more: boolean; readonly others: number };
  /** Whether an unscheduled task waits for itself. */
  readonly waitsForItself?: boolean;
  /** Of a pending task: how many runs come before it, by rank. */
  readonly ahead?: readonly { readonly rank: number; readonly count: number; readonly since: string }[];
  readonly workers?: Workers;
  /** A worker that asked longer ago than this may be gone (milliseconds); one that asks is written no more often. */
  readonly staleMs: number;
  /** So long after its deadline a task is ended by it (milliseconds). */
  readonly deadlineDelayMs: number;
}

/** Counting ends here: beyond it there are just "more than". */
export const maxAhead = 10_000;
export const maxWorkers = 1_000;
export const maxWaiting = 500;
/** As many as one task can have. */
export const maxEdges = 10_000;
/** Of each kind of cause so many tasks are named. */
export const maxNamed = 10;
