import { CallError, type Client, http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import { randomUUID } from 'node:crypto';
import { claimed, count, created, type History, shown, type Status } from './history.ts';

export interface LoadOptions {
  readonly rootUrl: string;
  readonly credentials: { readonly clientId: string; readonly accessToken: string };
  readonly history: History;
  readonly random: () => number;
  /** How long after its creation the deadline of most tasks is; a tenth have a fifth of it. */
  readonly deadlineSeconds: number;
}
/** Clients that create, claim, report, cancel, rerun and seal until they are stopped, whatever happens to the server. */
export interface Load {
  /** The tasks whose creation nobody knows the outcome of are sent again, as a client would that wants to be sure. */
  stop(): Promise<void>;
}
interface Shared extends LoadOptions {
  readonly queue: Client<typeof contract>;
  readonly stopping: AbortSignal;
  /** The newest tasks that were created or tried to be. */
  readonly recent: string[];
  readonly groups: string[];
  /** Creations without an answer: to be repeated. */
  readonly unsure: Map<string, object>;
}

export const taskQueueId = 'chaos/load';
const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
const unsureOf = new WeakMap<History, Map<string, object>>();
const recentOf = new WeakMap<History, string[]>();

/** Makes a request and notes what came of it. Answers its result, or undefined. */
const attempt = async <T>({ history }: Shared, name: string, call: () => Promise<T>): Promise<T | undefined> => {
  try {
    const result = await call();
    count(history, name, 'acknowledged');
    const { status } = (result ?? {}) as { readonly status?: Status };
    if (status) shown(history, status);
    return result;
  } catch (err) {
    // Of these alone it is known that nothing was done.
    const refused = err instanceof CallError && err.status >= 400 && err.status < 500;
    count(history, name, refused ? 'refused' : 'unknown');
    return undefined;
  }
};

const once = { retries: 0, timeoutMs: 8_000 } as const;

const create = async (shared: Shared): Promise<void> => {
  const { random, recent, groups, unsure, queue, history } = shared;
  const repeated = [...unsure].find(() => random() < 0.5);
  const taskId = repeated?.[0] ?? slugid();
  const definition = repeated?.[1] ?? newDefinition(shared);
  unsure.set(taskId, definition);
  if (groups.length > 6) groups.shift();
  const before = history.counts['create']?.unknown ?? 0;
  const done = await attempt(shared, 'create', () => queue.createTask({ taskId }, definition as never, once));
  if (done) created(history, taskId, definition);
  if (done && recent.push(taskId) > 60) recent.shift();
  if (done || before === history.counts['create']?.unknown) unsure.delete(taskId);
};

const newDefinition = ({ random, recent, groups, deadlineSeconds }: Shared): object => {
  const now = Date.now();
  const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();
  const dependencies = recent.filter(() => random() < (recent.length > 20 ? 0.03 : 0.1)).slice(-3);
  if (random() < 0.1 || groups.length === 0) groups.push(slugid());
  return {
    taskQueueId,
    schedulerId: 'chaos',
    projectId: 'none',
    dependencies,
    routes: [],
    scopes: [],
    tags: {},
    extra: {},
    taskGroupId: groups[Math.floor(random() * groups.length)],
    requires: random() < 0.5 ? 'all-resolved' : 'all-completed',
    priority: random() < 0.5 ? 'low' : 'lowest',
    retries: Math.floor(random() * 4),
    created: at(0),
    deadline: at(random() < 0.1 ? deadlineSeconds / 5 : deadlineSeconds),
    expires: at(86400),
    payload: { n: Math.floor(random() * 1_000) },
    metadata: {
      name: 'chaos',
      description: '',
      owner: 'tests@example.com',
      source: 'https://example.com',
    },
  };
};

/** A worker: most runs are completed; some fail, are given back, are forgotten, or are reported twice. */
const work = async (shared: Shared, workerId: string): Promise<void> => {
  const { queue, history, random, rootUrl, stopping } = shared;
  const options = { ...once, signal: stopping };
  const body = { tasks: 1 + Math.floor(random() * 4), workerGroup: 'chaos', workerId };
  const answer = await attempt(shared, 'claim', () => queue.claimWork({ taskQueueId }, body, options));
  for (const { status, runId, credentials } of answer?.tasks ?? []) {
    const { taskId } = status;
    claimed(history, { taskId, runId, workerId });
    shown(history, status as Status);
    const run = { taskId, runId: String(runId) };
    const mine = http(contract, { rootUrl, credentials });
    const chance = random();
    if (chance < 0.05) continue; // the worker died
    if (chance < 0.1) await attempt(shared, 'reclaim', () => mine.reclaimTask(run, undefined, once));
    if (chance < 0.2) await attempt(shared, 'report-failed', () => mine.reportFailed(run, undefined, once));
    else if (chance < 0.28)
      await attempt(shared, 'report-exception', () =>
        mine.reportException(run, { reason: random() < 0.5 ? 'worker-shutdown' : 'intermittent-task' }, once),
      );
    else await attempt(shared, 'report-completed', () => mine.reportCompleted(run, undefined, once));
    if (random() < 0.05) await attempt(shared, 'report-again', () => mine.reportCompleted(run, undefined, once));
  }
};

/** Somebody who steers tasks of others. */
const meddle = async (shared: Shared): Promise<void> => {
  const { queue, random, recent, groups } = shared;
  const taskId = recent[Math.floor(random() * recent.length)];
  const taskGroupId = groups[Math.floor(random() * groups.length)];
  if (taskId === undefined || taskGroupId === undefined) return;
  const chance = random();
  if (chance < 0.3) await attempt(shared, 'cancel', () => queue.cancelTask({ taskId }, undefined, once));
  else if (chance < 0.5) await attempt(shared, 'rerun', () => queue.rerunTask({ taskId }, undefined, once));
  else if (chance < 0.65) await attempt(shared, 'schedule', () => queue.scheduleTask({ taskId }, undefined, once));
  else if (chance < 0.8) await attempt(shared, 'priority', () => queue.changeTaskPriority({ taskId }, { newPriority: 'high' }, once));
  else if (chance < 0.95)
    await attempt(shared, 'group-priority', () => queue.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'medium' }, once));
  else {
    await attempt(shared, 'seal', () => queue.sealTaskGroup({ taskGroupId }, undefined, once));
    await attempt(shared, 'cancel-group', () => queue.cancelTaskGroup({ taskGroupId }, undefined, once));
    const place = groups.indexOf(taskGroupId);
    if (place >= 0) groups.splice(place, 1);
  }
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts the load. It goes on while the server is away: requests fail then, and what they were about is asked again. */
export const startLoad = (options: LoadOptions): Load => {
  const { rootUrl, credentials, history } = options;
  const stop = new AbortController();
  const unsure = unsureOf.get(history) ?? new Map();
  const recent = recentOf.get(history) ?? [];
  unsureOf.set(history, unsure);
  recentOf.set(history, recent);
  const shared: Shared = {
    ...options,
    queue: http(contract, {
      rootUrl,
      credentials,
    }),
    stopping: stop.signal,
    recent,
    groups: [],
    unsure,
  };
  const until = async (step: () => Promise<void>, pauseMs: number) => {
    while (!stop.signal.aborted) {
      const failures = Object.values(history.counts).reduce((n, c) => n + c.unknown, 0);
      await step();
      const failed = failures !== Object.values(history.counts).reduce((n, c) => n + c.unknown, 0);
      // Nobody asks a server that is away as often as one that answers.
      if (pauseMs > 0 || failed) await pause(failed ? 20 : pauseMs);
    }
  };
  const all = [
    ...Array.from({ length: 4 }, () => until(() => create(shared), 0)),
    ...Array.from({ length: 6 }, (_, i) => until(() => work(shared, `worker-${i}`), 0)),
    until(() => meddle(shared), 5),
  ];
  return {
    stop: async () => {
      stop.abort();
      await Promise.all(all);
    },
  };
};
