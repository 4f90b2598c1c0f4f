import type { Expected } from '../vocabulary.ts';
import { ok, unknown } from './answers.ts';
import { hourMs, iso, type Model, type ModelWorker } from './state.ts';
import { end } from './tasks.ts';

const dayMs = 24 * hourMs;
// A worker that asks again sooner is not written again (queue.md, section 11).
const noticeMs = 30 * 60_000;
const maxRecent = 20;

/** A worker of a queue. All are of one group. */
interface Key {
  readonly taskQueueId: string;
  readonly worker: string;
}
const keyOf = ({ taskQueueId, worker }: Key) => `${taskQueueId} ${worker}`;

/** Writes that a worker was here: it is remembered for a day at least. */
const remember = (model: Model, { taskQueueId, worker }: Key): ModelWorker => {
  const unseen = { taskQueueId, worker, firstClaim: model.now, expires: 0, quarantineUntil: 0, recentTasks: [] };
  const known: ModelWorker = model.workers.get(keyOf({ taskQueueId, worker })) ?? unseen;
  known.expires = Math.max(known.expires, model.now + dayMs);
  model.workers.set(keyOf({ taskQueueId, worker }), known);
  return known;
};

/** A worker asks for work or goes on with it: that is written now and then (queue.md, section 10). */
export const notice = (model: Model, worker: Key): void => {
  const last = model.noticed.get(keyOf(worker));
  if (last !== undefined && model.now - last < noticeMs) return;
  model.noticed.set(keyOf(worker), model.now);
  remember(model, worker);
};

/** A worker was given these runs. A run that it asked for twice by its name was given to it twice. */
export const given = (model: Model, worker: Key, runs: ModelWorker['recentTasks']): void => {
  if (runs.length === 0) return;
  const known = remember(model, worker);
  known.recentTasks = [...known.recentTasks, ...runs].slice(-maxRecent);
};

export const isQuarantined = (model: Model, worker: Key): boolean => (model.workers.get(keyOf(worker))?.quarantineUntil ?? 0) > model.now;

/** A worker is known until it expires, and while it is quarantined. */
const isKnown = (model: Model, { expires, quarantineUntil }: ModelWorker) => expires > model.now || quarantineUntil > model.now;

/** What `quarantineWorker` answers, without times that may lag behind. */
export const quarantine = (model: Model, key: Key, until: string): Expected => {
  const worker = model.workers.get(keyOf(key));
  if (!worker || !isKnown(model, worker)) return unknown;
  worker.quarantineUntil = Date.parse(until);
  worker.expires = Math.max(worker.expires, model.now + dayMs);
  const { firstClaim, recentTasks } = worker;
  return ok({ ...key, firstClaim: iso(firstClaim), recentTasks, quarantineUntil: until });
};

/** What `listWorkers` answers, without times that may lag behind. */
export const listed = (model: Model, taskQueueId: string, quarantined?: boolean): Expected => {
  const known = [...model.workers.values()].filter((w) => w.taskQueueId === taskQueueId && isKnown(model, w));
  const wanted = known.filter((w) => quarantined === undefined || quarantined === isQuarantined(model, w));
  return ok(
    wanted
      .toSorted((x, y) => (x.worker < y.worker ? -1 : 1))
      .map((w) => ({
        workerGroup: 'group',
        workerId: w.worker,
        firstClaim: iso(w.firstClaim),
        latestTask: w.recentTasks.at(-1),
        quarantineUntil: isQuarantined(model, w) ? iso(w.quarantineUntil) : undefined,
      })),
  );
};

/** Somebody announces that a worker is gone; the message waits to be handled. */
export const announceGone = (model: Model, { taskQueueId, worker }: Key): Expected => {
  model.gone.push({ taskQueueId, worker, at: model.now });
  return ok(undefined);
};

/** A message about a worker that is gone is looked at: it is about all that the worker was given before it was written. */
export const readGone = (model: Model): void => {
  for (const { taskQueueId, worker, at } of model.gone.splice(0))
    for (const { definition, runs, claimForgotten } of model.tasks.values()) {
      const run = runs.at(-1);
      const isTheirs = definition.taskQueueId === taskQueueId && run?.state === 'running' && run.workerId === worker && !claimForgotten;
      if (isTheirs && Date.parse(run.started ?? '') <= at) model.losing.push({ taskId: definition.taskId, runId: run.runId, worker });
    }
};
/** The runs that it is about end, unless they ended meanwhile. */
export const loseRuns = (model: Model): void => {
  for (const { taskId, runId, worker } of model.losing.splice(0)) {
    const task = model.tasks.get(taskId);
    const run = task?.runs.at(-1);
    if (!task || run?.runId !== runId || run.state !== 'running' || run.workerId !== worker) continue;
    end(model, task, 'exception', 'worker-shutdown');
  }
};
