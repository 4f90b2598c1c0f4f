import { isDeepStrictEqual } from 'node:util';
import type { OutgoingMessage } from '@taskcluster/bus';
import type { TaskDefinition } from '@taskcluster/contracts';
import { messageFor } from './announce.ts';
import { priorityOf, rankOf, type Task } from './task.ts';

/** A task to be created: complete and checked in itself (`definition.ts`), and its author may create it. */
export interface CreateRequest {
  readonly taskId: string;
  readonly definition: TaskDefinition;
}

const hourMs = 3_600_000;
/** A group outlives its tasks by an hour. Ends with the year 9999: a task may last until then. */
export const plusHour = (time: string): string =>
  new Date(Math.min(Date.parse(time) + hourMs, Date.UTC(9999, 11, 31, 23, 59, 59, 999))).toISOString();

export const groupOf = ({ taskId, definition }: CreateRequest): string => definition.taskGroupId ?? taskId;

/** The scheduler of a task, which is that of its group; `-` when it names none. */
export const schedulerOf = ({ definition }: CreateRequest): string => definition.schedulerId ?? '-';

/** Why a group does not take a task: it belongs to another scheduler, or is sealed (queue.md, section 4, step 9). */
export const groupProblems = (
  { taskGroupId, schedulerId, sealed }: { readonly taskGroupId: string; readonly schedulerId: string; readonly sealed: string | null },
  request: CreateRequest,
): string[] => {
  const problems: string[] = [];
  if (schedulerId !== schedulerOf(request))
    problems.push(
      `Task group ${taskGroupId} belongs to scheduler \`${schedulerId}\`, and this task names \`${schedulerOf(request)}\`. All tasks of a group have one schedulerId.`,
    );
  if (sealed !== null)
    problems.push(`Task group ${taskGroupId} was sealed at ${sealed} and takes no more tasks. Create the task in another group.`);
  return problems;
};

export interface Edge {
  readonly taskId: string;
  readonly satisfied: boolean;
}

/** The edges of a new task. One to a task that is not known, or to itself, is open. */
export const edgesOf = ({ taskId, definition }: CreateRequest, known: ReadonlyMap<string, { readonly state: string }>): readonly Edge[] =>
  (definition.dependencies ?? []).map((id) => {
    const state = id === taskId ? 'unscheduled' : (known.get(id)?.state ?? 'unscheduled');
    const over = definition.requires === 'all-resolved' ? ['completed', 'failed', 'exception'] : ['completed'];
    return { taskId: id, satisfied: over.includes(state) };
  });

/** The task as it begins: pending when it waits for nothing. */
export const newTask = ({ taskId, definition: d }: CreateRequest, edges: readonly Edge[], now: string): Task => {
  const unsatisfied = edges.filter((e) => !e.satisfied).length;
  return {
    taskId,
    taskQueueId: d.taskQueueId,
    schedulerId: d.schedulerId ?? '-',
    taskGroupId: d.taskGroupId ?? taskId,
    projectId: d.projectId ?? 'none',
    rank: rankOf(d.priority ?? 'lowest'),
    deadline: d.deadline,
    expires: d.expires ?? d.deadline,
    retries: d.retries ?? 5,
    retriesLeft: d.retries ?? 5,
    runs: unsatisfied === 0 ? [{ runId: 0, state: 'pending', reasonCreated: 'scheduled', scheduled: now }] : [],
    unsatisfied,
    everResolved: false,
    routes: d.routes ?? [],
    tags: d.tags ?? {},
  };
};

/** What announces a new task, and also a repeat of one whose only run still waits: its first announcement may be what got lost. */
export const creationMessages = (task: Task): readonly OutgoingMessage[] => {
  const pending = task.runs.length === 1 && task.runs[0]?.state === 'pending';
  return [messageFor(task, { message: 'taskDefined' }), ...(pending ? [messageFor(task, { message: 'taskPending', runId: 0 })] : [])];
};

/** The names of what differs between a stored task, with the priority that it has now, and what was sent under its id. */
export const differences = (stored: Task & { readonly definition: object }, { definition }: CreateRequest): readonly string[] => {
  const a = { ...stored.definition, priority: priorityOf(stored.rank) } as Record<string, unknown>;
  // As it would be stored: JSON has no -0.
  const b = JSON.parse(JSON.stringify(definition)) as Record<string, unknown>;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !isDeepStrictEqual(a[k], b[k]));
};
