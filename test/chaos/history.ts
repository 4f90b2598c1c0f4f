import { readAfter } from '@taskcluster/bus';
import type { Database } from '@taskcluster/db';
import { sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { EventEmitter, on } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { artifactAnnounced, artifactProblems, type KnownArtifact } from './artifacts.ts';
import type { Violation } from './invariants.ts';

/** What a request came to: `unknown` when the answer never arrived, so it may have happened or not. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';
export interface Run {
  readonly runId: number;
  readonly state: string;
  readonly reasonCreated: string;
  readonly reasonResolved?: string;
  readonly started?: string;
  readonly resolved?: string;
  readonly workerId?: string;
}
export interface Status {
  readonly taskId: string;
  readonly runs: readonly Run[];
}
/** What is known of a task from answers alone. */
interface Known {
  /** Its definition, once a creation was acknowledged. */
  acknowledged?: object;
  /** Some answer showed it. */
  seen?: true;
  /** Runs that some answer showed as resolved. */
  readonly resolved: Map<number, Run>;
  /** Who was given a run. */
  readonly claimedBy: Map<number, string>;
}
/** Everything that clients were told, and every message that a listener got. */
export interface History {
  readonly tasks: Map<string, Known>;
  readonly messages: Map<string, string[]>;
  /** Tasks that were sent together, by each of them. */
  readonly batches: Map<string, readonly string[]>;
  readonly artifacts: Map<string, KnownArtifact>;
  /** Artifacts that a listener was told of. */
  readonly announced: Set<string>;
  /** Index paths of tasks that a listener was told have completed. */
  readonly paths: Set<string>;
  readonly counts: Record<string, Record<Outcome, number>>;
  /** Tells of each request what it came to. */
  readonly outcomes: EventEmitter<Readonly<Record<Outcome, []>>>;
  /** Contradictions between answers. */
  readonly violations: Violation[];
  /** Tasks that something was heard of since they were last compared. */
  readonly touched: Set<string>;
  cursor: string;
  messageCount: number;
}

export const newHistory = (cursor: string): History => ({
  tasks: new Map(),
  messages: new Map(),
  batches: new Map(),
  artifacts: new Map(),
  announced: new Set(),
  paths: new Set(),
  counts: {},
  outcomes: new EventEmitter(),
  violations: [],
  touched: new Set(),
  cursor,
  messageCount: 0,
});

const knownOf = (history: History, taskId: string): Known => {
  const known = history.tasks.get(taskId) ?? { resolved: new Map(), claimedBy: new Map() };
  history.tasks.set(taskId, known);
  history.touched.add(taskId);
  return known;
};

export const count = (history: History, request: string, outcome: Outcome): void => {
  const counts = (history.counts[request] ??= { acknowledged: 0, refused: 0, unknown: 0 });
  counts[outcome]++;
  history.outcomes.emit(outcome);
};
/** Waits until so many more requests were acknowledged. Answers false when they were not in this time. */
export const goesOn = async ({ outcomes }: History, requests: number, patienceMs: number): Promise<boolean> => {
  try {
    let left = requests;
    for await (const _ of on(outcomes, 'acknowledged', { signal: AbortSignal.timeout(patienceMs) })) if (--left === 0) return true;
  } catch (err) {
    if (!(err instanceof Error && err.name === 'AbortError')) throw err;
  }
  return false;
};

/** How many requests came to this. */
export const total = ({ counts }: History, outcome: Outcome): number => Object.values(counts).reduce((n, c) => n + c[outcome], 0);

/** These tasks are sent together: all of them will be there, or none. */
export const batched = ({ batches, touched }: History, taskIds: readonly string[]): void => {
  for (const taskId of taskIds) {
    batches.set(taskId, taskIds);
    touched.add(taskId);
  }
};
/** A creation was acknowledged: the task exists from now on, with this definition. */
export const created = (history: History, taskId: string, definition: object): void => {
  knownOf(history, taskId).acknowledged = definition;
};
/** A worker was given a run. */
export const claimed = (history: History, { taskId, runId, workerId }: { taskId: string; runId: number; workerId: string }): void => {
  const { claimedBy } = knownOf(history, taskId);
  const other = claimedBy.get(runId);
  if (other !== undefined && other !== workerId)
    history.violations.push({ invariant: 'a run is given to one worker', taskId, detail: `run ${runId}: ${other} and ${workerId}` });
  claimedBy.set(runId, workerId);
};
/** An answer showed a status: what is resolved in it stays as it is for ever. */
export const shown = (history: History, { taskId, runs }: Status): void => {
  const known = knownOf(history, taskId);
  const { resolved } = known;
  known.seen = true;
  for (const run of runs) if (run.resolved !== undefined) hold(history, { taskId, known: resolved, run });
};
const hold = (history: History, { taskId, known, run }: { taskId: string; known: Map<number, Run>; run: Run }): void => {
  const before = known.get(run.runId);
  if (before && !isDeepStrictEqual(before, run))
    history.violations.push({
      invariant: 'a run is resolved once',
      taskId,
      detail: `${JSON.stringify(before)} became ${JSON.stringify(run)}`,
    });
  known.set(run.runId, before ?? run);
};

interface Heard {
  readonly status?: Status;
  readonly runId?: number;
  readonly artifact?: { readonly name: string };
}
/** Reads on in the log of messages, as a listener would who keeps its place over all failures. */
export const listen = async (db: Database, history: History): Promise<void> => {
  for (;;) {
    const page = await readAfter(db, history.cursor, 1_000);
    for (const { exchange, cc, payload } of page.messages) {
      if (exchange.endsWith('/task-completed'))
        for (const key of cc) if (key.startsWith('route.index.')) history.paths.add(key.slice('route.index.'.length));
      const { status, runId, artifact } = payload as Heard;
      if (!status) continue;
      if (artifact) {
        artifactAnnounced(history, { taskId: status.taskId, runId: runId ?? 0, name: artifact.name });
        continue;
      }
      const log = history.messages.get(status.taskId) ?? [];
      log.push(nameOf(exchange.split('/')[3] ?? '', runId === undefined ? undefined : (status.runs[runId] ?? { runId })));
      history.messages.set(status.taskId, log);
      history.touched.add(status.taskId);
    }
    history.messageCount += page.messages.length;
    history.cursor = page.cursor;
    if (!page.more) return;
  }
};

const resolutions = new Set(['task-completed', 'task-failed', 'task-exception']);
/** What a message says: two that say a run was resolved in different ways, or at different times, are not the same. */
const nameOf = (message: string, run: Partial<Run> | undefined): string =>
  [message, run?.runId, ...(resolutions.has(message) ? [run?.reasonResolved, run?.resolved] : [])].join(' ').trim();

/** The messages that the runs of a task must have been announced by, in their order. */
const announcementsOf = (runs: readonly Run[]): string[] => [
  'task-defined',
  ...runs.flatMap((run) => [
    ...(run.reasonCreated === 'exception' ? [] : [nameOf('task-pending', run)]),
    ...(run.started === undefined ? [] : [nameOf('task-running', run)]),
    ...(run.resolved === undefined ? [] : [nameOf(`task-${run.state}`, run)]),
  ]),
];

const Row = Type.Object({ taskId: Type.String(), runs: Type.Unsafe<readonly Run[]>([]), definition: Type.Unsafe<object>({}) });

/** Compares what clients and the listener were told with what is stored. Answers how many tasks were looked at. */
export const compareWithStored = async (db: Database, history: History): Promise<number> => {
  await listen(db, history);
  const ids = [...history.touched];
  const rows = await db.many(Row, sql`select task_id as "taskId", runs, definition from queue.tasks where task_id = any(${ids})`);
  const stored = new Map(rows.map((r) => [r.taskId, r]));
  // Messages of changes that were made while the rows were read.
  await listen(db, history);
  const wrong = [
    ...ids.flatMap((taskId) => problems(history, taskId, stored.get(taskId))),
    ...halves(history, ids, stored),
    ...(await artifactProblems(db, history, new Set(ids))),
  ];
  if (wrong.length > 0 && !(await isQuiet(db))) return 0; // compared again when nothing is under way
  for (const id of ids) history.touched.delete(id);
  history.violations.push(...wrong);
  return ids.length;
};

/** Batches of which some tasks are there and others are not. */
const halves = ({ batches }: History, ids: readonly string[], stored: ReadonlyMap<string, unknown>): Violation[] => {
  const looked = new Set(ids);
  const touched = new Set(ids.flatMap((id) => batches.get(id) ?? []).filter((id) => batches.get(id)?.[0] === id));
  return [...touched].flatMap((taskId) => {
    const batch = batches.get(taskId) ?? [];
    // One that is only partly touched is looked at when the others are.
    const known = batch.filter((id) => looked.has(id));
    const there = known.filter((id) => stored.has(id)).length;
    if (there === 0 || there === known.length) return [];
    return [{ invariant: 'a batch is there whole or not at all', taskId, detail: `${there} of ${batch.length} are there` }];
  });
};

const problems = (history: History, taskId: string, row: { runs: readonly Run[]; definition: object } | undefined): Violation[] => {
  const found: Violation[] = [];
  const wrong = (invariant: string, detail: unknown) => void found.push({ invariant, taskId, detail: JSON.stringify(detail) });
  const known = history.tasks.get(taskId);
  const told = history.messages.get(taskId) ?? [];
  if (!row) {
    if (known?.acknowledged) wrong('an acknowledged task exists', known.acknowledged);
    else if (known?.seen) wrong('a task that an answer showed exists', taskId);
    if (told.length > 0) wrong('no message is about a task that was rolled back', told);
    return found;
  }
  const definition = row.definition as Record<string, unknown>;
  for (const [key, value] of Object.entries(known?.acknowledged ?? {}))
    if (key !== 'priority' && !isDeepStrictEqual(definition[key], value)) wrong(`an acknowledged task has its ${key}`, definition[key]);
  for (const [runId, run] of known?.resolved ?? [])
    if (!isDeepStrictEqual(row.runs[runId], run)) wrong('an acknowledged resolution stays', [run, row.runs[runId]]);
  for (const [runId, workerId] of known?.claimedBy ?? [])
    if (row.runs[runId]?.workerId !== workerId) wrong('an acknowledged claim stays', [workerId, row.runs[runId]]);
  // Repeats announce the same again, so each is looked at where it came first.
  const heard = [...new Set(told)].filter((name) => !name.startsWith('task-priority'));
  if (!isDeepStrictEqual(heard, announcementsOf(row.runs))) wrong('the messages of a task are its transitions', { heard, runs: row.runs });
  return found;
};

const Busy = Type.Object({ busy: Type.Integer() });
/** Whether no other session is in the middle of something: a killed process may have left sessions that still end. */
export const isQuiet = async (db: Database): Promise<boolean> => {
  const row = await db.maybe(
    Busy,
    sql`select count(*)::int as busy from pg_stat_activity where application_name = 'taskcluster' and state <> 'idle' and pid <> pg_backend_pid()`,
  );
  return row?.busy === 0;
};
