import type { TaskDefinition, TaskStatus } from '@taskcluster/contracts';
import type { TaskRow } from '../data/row.ts';
import { durationWords, relativeWords } from './time-words.ts';

export interface Known {
  readonly status: TaskStatus;
  readonly task: Pick<TaskDefinition, 'dependencies' | 'requires'>;
  /** The dependencies that still exist; undefined while they are being fetched. */
  readonly dependencies: readonly TaskRow[] | undefined;
  /** Tasks of the same queue that wait, and that workers hold. */
  readonly counts: { readonly pendingTasks: number; readonly claimedTasks: number } | undefined;
  readonly now: number;
}

/** Why a task is not running, in sentences; undefined when it runs or is over. */
export const whyNotRunning = (known: Known): readonly string[] | undefined => {
  if (known.status.state === 'unscheduled') return whyUnscheduled(known);
  if (known.status.state === 'pending') return whyPending(known);
  return undefined;
};

const count = (n: number, noun: string) => `${n === 0 ? 'no' : n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

const whyUnscheduled = ({ status, task, dependencies, now }: Known): readonly string[] => {
  const deadline = `If nothing changes, it ends as an exception when its deadline passes, ${relativeWords(Date.parse(status.deadline), now)}.`;
  if (task.dependencies.length === 0) return ['It waits until somebody schedules it.', deadline];
  if (!dependencies) return [`It waits for its ${count(task.dependencies.length, 'dependency').replace(/ys$/, 'ies')}.`];
  const over = (row: TaskRow) =>
    task.requires === 'all-resolved' ? ['completed', 'failed', 'exception'].includes(row.status.state) : row.status.state === 'completed';
  const waiting = dependencies.filter((row) => !over(row));
  const blocking = waiting.filter((row) => row.status.state === 'failed' || row.status.state === 'exception');
  const active = waiting.filter((row) => !blocking.includes(row));
  const itself = task.dependencies.includes(status.taskId);
  const sentences = [];
  const end = task.requires === 'all-resolved' ? 'be over' : 'complete';
  if (itself) sentences.push('It depends on itself: it starts only when somebody schedules it.');
  else if (active.length > 0)
    sentences.push(
      `It waits for ${active.length} of ${count(task.dependencies.length, 'dependency').replace(/ys$/, 'ies')} to ${end}: ${names(active)}.`,
    );
  if (blocking.length > 0)
    sentences.push(
      `${names(blocking)} did not succeed. It starts only if ${blocking.length === 1 ? 'that task is' : 'those tasks are'} run again and ${blocking.length === 1 ? 'completes' : 'complete'}, or if somebody schedules it.`,
    );
  if (sentences.length === 0) sentences.push('Its dependencies are done: it is about to be scheduled.');
  return [...sentences, deadline];
};

const shown = 3;
const names = (rows: readonly TaskRow[]): string => {
  const some = rows.slice(0, shown).map((row) => `${row.name} (${row.status.state})`);
  return rows.length > shown ? `${some.join(', ')} and ${rows.length - shown} more` : some.join(', ');
};

/** A worker that is there takes a task within milliseconds: after this long it is worth asking whether there is one. */
const suspiciousMs = 10_000;

const whyPending = ({ status, counts, now }: Known): readonly string[] => {
  const run = status.runs.at(-1);
  const waitedMs = run ? now - Date.parse(run.scheduled) : 0;
  const first = `It has waited ${durationWords(Math.floor(Math.max(0, waitedMs) / 1000) * 1000)} for a worker of ${status.taskQueueId}.`;
  const again =
    run?.reasonCreated === 'retry' || run?.reasonCreated === 'task-retry' ? [`It is tried again: run ${run.runId - 1} was lost.`] : [];
  if (!counts) return [first, ...again];
  const others = Math.max(0, counts.pendingTasks - 1);
  if (counts.claimedTasks === 0 && waitedMs > suspiciousMs) {
    return [
      first,
      ...again,
      'No worker of this queue is busy, so probably none is running. Start one, or look whether the name of the queue is right.',
    ];
  }
  return [
    first,
    ...again,
    `The workers of this queue are busy with ${count(counts.claimedTasks, 'task')}, and ${count(others, 'other task')} wait${others === 1 ? 's' : ''}.`,
  ];
};
