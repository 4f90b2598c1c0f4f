import { ApiError } from '@taskcluster/api';
import { appendMessages, messagesWritten } from '@taskcluster/bus';
import type { TaskStatus } from '@taskcluster/contracts';
import { batched, type Database, type Outcome, type Tx } from '@taskcluster/db';
import {
  type CreateRequest,
  creationMessages,
  differences,
  edgesOf,
  groupOf,
  groupProblems,
  newTask,
  plusHour,
} from './domain/creation.ts';
import { stateOf, statusOf, type Task } from './domain/task.ts';
import { createGroups, extendGroups, type SharedGroup, shareGroups } from './store/groups.ts';
import { insertTasksLast, shareFullTasks, type NewTask, shareDependencies } from './store/tasks.ts';
import { channels } from './transitions.ts';

export type { CreateRequest } from './domain/creation.ts';

/** Creates tasks, those that arrive together in one transaction: the task, its group, edges, pending entry and messages exist together or not at all. */
export const creations = (db: Database): ((request: CreateRequest) => Promise<TaskStatus>) => {
  const knownGroups = recentlySeen(10_000);
  return batched<CreateRequest, TaskStatus>({
    run: async (requests) => {
      const { refusals, created, existing, unfit } = await db.steady.tx((tx) => createAll(tx, requests, knownGroups), 'queue.create');
      // What was there already is looked at afterwards: nothing is to be written for it but announcements.
      const stored =
        existing.length === 0 ? undefined : await db.steady.tx((tx) => compareWithStored(tx, existing, unfit), 'queue.create-again');
      return requests.map((request) => {
        const error = refusals.get(request);
        if (error) return { error };
        const candidate = created.get(request);
        if (candidate) return { value: statusOf(candidate.task) };
        return stored?.get(request) ?? { error: new Error('A request was lost in its batch. This is a bug.') };
      });
    },
  });
};

/** The last `max` groups that were seen to exist. A hint only: one that is gone since is created again. */
const recentlySeen = (max: number) => {
  const seen = new Set<string>();
  return {
    has: (id: string) => seen.has(id),
    add: (id: string) => {
      seen.add(id);
      if (seen.size > max) for (const oldest of seen) return void seen.delete(oldest);
    },
  };
};
type KnownGroups = ReturnType<typeof recentlySeen>;

export interface Candidate extends CreateRequest {
  readonly task: Task;
  readonly dependencies: NewTask['dependencies'];
}

interface Created {
  readonly refusals: ReadonlyMap<CreateRequest, ApiError>;
  readonly created: ReadonlyMap<CreateRequest, Candidate>;
  /** Those whose id is taken, and those that can only be right if it is. */
  readonly existing: readonly CreateRequest[];
  readonly unfit: ReadonlyMap<CreateRequest, ApiError>;
}

const createAll = async (tx: Tx, requests: readonly CreateRequest[], known: KnownGroups): Promise<Created> => {
  const groups = await shareOrCreate(tx, requests, known);
  const refusals = refusedByGroups(requests, groups);
  const states = await dependencyStates(tx, requests);
  const now = [...groups.values()][0]?.now ?? '';
  const candidates = new Map<CreateRequest, Candidate>();
  // A task that exists was fit when it was created: its dependencies may have expired since.
  const unfit = new Map<CreateRequest, ApiError>();
  for (const request of requests) {
    if (refusals.has(request)) continue;
    const wrong = wrongDependencies(request, states);
    if (wrong) unfit.set(request, wrong);
    else candidates.set(request, candidateOf(request, states, now));
  }
  await outlive(tx, [...unfit.keys(), ...candidates.keys()], groups);
  const inserted = await insert(tx, [...candidates.values()]);
  const entries = [...candidates];
  // What is unfit came before all others, whatever they create.
  for (const [request, wrong] of unfit) if (inserted.has(request.taskId)) refusals.set(request, wrong);
  return {
    refusals,
    created: new Map(entries.filter(([, c]) => inserted.get(c.taskId) === c)),
    existing: [
      ...entries.filter(([, c]) => inserted.get(c.taskId) !== c).map(([request]) => request),
      ...[...unfit.keys()].filter((request) => !refusals.has(request)),
    ],
    unfit,
  };
};

/** Those whose group belongs to another scheduler or is sealed; it stays so until the transaction ends. */
const refusedByGroups = (requests: readonly CreateRequest[], groups: Groups): Map<CreateRequest, ApiError> => {
  const refusals = new Map<CreateRequest, ApiError>();
  for (const request of requests) {
    const group = groups.get(groupOf(request));
    const [problem] = group ? groupProblems(group, request) : [];
    if (problem !== undefined) refusals.set(request, new ApiError('RequestConflict', problem));
  }
  return refusals;
};

/**
 * Every group outlives its tasks (queue.md, section 4, step 9), as if they had come one after the other: the first makes it last an hour
 * longer than itself, which is enough for those that follow until one lasts longer than that.
 */
const outlive = async (tx: Tx, requests: readonly CreateRequest[], groups: Groups): Promise<void> => {
  const lasting = new Map<string, string>();
  for (const request of requests) {
    const group = groups.get(groupOf(request));
    const { expires = '' } = request.definition;
    if (!group) continue;
    const until = lasting.get(group.taskGroupId) ?? (group.isNew ? '' : group.expires);
    if (expires > until) lasting.set(group.taskGroupId, plusHour(expires));
  }
  const changed = [...lasting].filter(([id, expires]) => groups.get(id)?.expires !== expires);
  if (changed.length === 0) return;
  await extendGroups(
    tx,
    changed.map(([taskGroupId, expires]) => ({ taskGroupId, expires, isNew: groups.get(taskGroupId)?.isNew === true })),
  );
};

/** Groups that are locked; `isNew` are those that this transaction has made. */
type Groups = ReadonlyMap<string, SharedGroup & { readonly isNew: boolean }>;

/**
 * The groups of these requests, locked. A group that was seen is shared; any other is probably new (a task that names no group is alone
 * in its own) and is created, which says whether it was there.
 */
const shareOrCreate = async (tx: Tx, requests: readonly CreateRequest[], known: KnownGroups): Promise<Groups> => {
  const first = new Map(requests.toReversed().map((r) => [groupOf(r), r.definition]));
  const ids = [...first.keys()];
  const create = (missing: readonly string[]) =>
    createGroups(
      tx,
      missing.map((taskGroupId) => {
        const { schedulerId = '-', expires, deadline } = first.get(taskGroupId) ?? { deadline: '' };
        return { taskGroupId, schedulerId, expires: plusHour(expires ?? deadline) };
      }),
    );
  const groups = new Map<string, SharedGroup & { isNew: boolean }>();
  const look = async (wanted: readonly string[], how: (ids: readonly string[]) => Promise<readonly SharedGroup[]>) => {
    if (wanted.length > 0) for (const group of await how(wanted)) groups.set(group.taskGroupId, { ...group, isNew: how === create });
  };
  const missing = () => ids.filter((id) => !groups.has(id));
  const share = (wanted: readonly string[]) => shareGroups(tx, wanted);
  const isKnown = Map.groupBy(ids, (id) => known.has(id));
  await Promise.all([look(isKnown.get(true) ?? [], share), look(isKnown.get(false) ?? [], create)]);
  await look(missing(), share);
  // Seen once, and expired since.
  await look(missing(), create);
  await look(missing(), share);
  for (const id of groups.keys()) known.add(id);
  return groups;
};

type DependencyStates = ReadonlyMap<string, { readonly state: string; readonly expires: string }>;

const dependencyStates = async (tx: Tx, requests: readonly CreateRequest[]): Promise<DependencyStates> => {
  const ids = new Set(requests.flatMap((r) => r.definition.dependencies ?? []));
  if (ids.size === 0) return new Map();
  return new Map((await shareDependencies(tx, [...ids])).map((d) => [d.taskId, d]));
};

const maxListed = 20;
const listed = (ids: readonly string[]) =>
  ids
    .slice(0, maxListed)
    .map((id) => `  * ${id}`)
    .join('\n') + (ids.length > maxListed ? `\n  * and ${ids.length - maxListed} more` : '');

const wrongDependencies = ({ taskId, definition }: CreateRequest, states: DependencyStates): ApiError | undefined => {
  // A task may depend on itself: it exists when its dependencies are looked at, and is started by scheduleTask.
  const others = (definition.dependencies ?? []).filter((id) => id !== taskId);
  const missing = others.filter((id) => !states.has(id));
  const expiring = others.filter((id) => (states.get(id)?.expires ?? definition.deadline) < definition.deadline);
  const wrong = [
    ...(missing.length > 0 ? [`these dependencies do not exist (create them first, or look for expired ones):\n\n${listed(missing)}`] : []),
    ...(expiring.length > 0 ? [`these dependencies expire before its deadline (${definition.deadline}):\n\n${listed(expiring)}`] : []),
  ];
  return wrong.length > 0 ? new ApiError('InputError', `The task was not created: ${wrong.join('\n\nand ')}`) : undefined;
};

const candidateOf = (request: CreateRequest, states: DependencyStates, now: string): Candidate => {
  const dependencies = edgesOf(request, states);
  return { ...request, task: newTask(request, dependencies, now), dependencies };
};

/** Answers which request each inserted task came from: the first of those with its id. */
const insert = async (tx: Tx, candidates: readonly Candidate[]): Promise<ReadonlyMap<string, Candidate>> => {
  const first = new Map(candidates.toReversed().map((c) => [c.taskId, c]));
  if (first.size === 0) return first;
  const rows = await insertTasksLast(tx, [...first.values()].map(rowOf));
  const inserted = new Map(rows.map(({ taskId }) => [taskId, first.get(taskId) as Candidate]));
  if (inserted.size > 0) tx.wake(messagesWritten);
  for (const { task } of inserted.values()) if (task.runs.length > 0) tx.wake(channels.pending, task.taskQueueId);
  return inserted;
};

/** Everything that is stored and announced with a new task. */
export const rowOf = ({ task, definition, dependencies }: Candidate): NewTask => ({
  ...task,
  requires: definition.requires ?? 'all-completed',
  created: definition.created,
  state: stateOf(task),
  definition,
  pendingSince: task.runs[0]?.scheduled ?? null,
  dependencies,
  messages: creationMessages(task),
});

/** A repeat of what is stored succeeds and announces again; anything else under a taken id is a conflict. */
const compareWithStored = async (
  tx: Tx,
  requests: readonly CreateRequest[],
  unfit: Created['unfit'],
): Promise<ReadonlyMap<CreateRequest, Outcome<TaskStatus>>> => {
  // Under a lock: what is announced again comes before whatever happens next.
  const rows = await shareFullTasks(
    tx,
    requests.map((r) => r.taskId),
  );
  const stored = new Map(rows.map((t) => [t.taskId, t]));
  const answers = new Map<CreateRequest, Outcome<TaskStatus>>();
  const repeated = new Map<string, Task>();
  for (const request of requests) {
    const { taskId } = request;
    const row = stored.get(taskId);
    if (!row) {
      answers.set(request, { error: unfit.get(request) ?? goneSince(taskId) });
      continue;
    }
    const differing = differences(row, request);
    if (differing.length > 0) {
      const message = `Task ${taskId} exists already and is another one: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}. Choose a new taskId, or send exactly the definition that was sent before.`;
      answers.set(request, { error: new ApiError('RequestConflict', message) });
      continue;
    }
    repeated.set(taskId, row);
    answers.set(request, { value: statusOf(row) });
  }
  await appendMessages(tx, [...repeated.values()].flatMap(creationMessages));
  return answers;
};

const goneSince = (taskId: string) =>
  new ApiError('RequestConflict', `There was a task ${taskId} a moment ago, and it has expired meanwhile. Send the request again.`);
