import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Model } from './model.ts';
import type { Action, Definition } from './vocabulary.ts';

/**
 * What a test wants to do, before it is known to which task: numbers that are turned into an action when it comes to it. So a sequence stays
 * meaningful when fast-check leaves out steps in search of a shorter one.
 */
export interface Intent {
  readonly kind: string;
  /** Numbers to choose with: the task, the run or claim, the group … each taken modulo what there is. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const maxTasks = 8;
/** No other sequence has these workers: a process remembers for half an hour whom it has written down. */
const workersOf = (sequence: string) => ['one', 'two'].map((name) => `${name}-${sequence.replace(' ', '-')}`);
export const queues = ['model/one', 'model/two'];
const priorities = ['highest', 'medium', 'lowest'];
const reasons = ['worker-shutdown', 'intermittent-task', 'worker-shutdown', 'malformed-payload', 'internal-error', 'resource-unavailable'];
const minuteMs = 60_000;

/** How often each kind is drawn, in comparison. */
const kinds: readonly (readonly [kind: string, weight: number])[] = [
  ['create', 24],
  ['createAgain', 4],
  ['createOther', 2],
  ['createAll', 5],
  ['claimWork', 16],
  ['report', 18],
  ['reportLate', 3],
  ['reportForeign', 1],
  ['reclaim', 4],
  ['claimTask', 4],
  ['schedule', 4],
  ['rerun', 6],
  ['cancel', 6],
  ['priority', 4],
  ['groupPriority', 2],
  ['seal', 1],
  ['cancelGroup', 2],
  ['quarantine', 3],
  ['workers', 2],
  ['gone', 5],
  ['deliver', 4],
  ['unknown', 1],
  ['loops', 8],
];

const number = fc.nat({ max: 719 });
/** An intent whose kind is drawn by weight. */
export const intents: fc.Arbitrary<Intent> = fc
  .tuple(fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))), number, number, number, number)
  .map(([kind, a, b, c, d]) => ({ kind, a, b, c, d }));

/** Several workers ask the same queue: those that come while one is served are served together. */
export const rushes: fc.Arbitrary<readonly Intent[]> = fc
  .tuple(number, fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 4, size: 'max' }))
  .map(([a, asking]) => asking.map(([b, c]) => ({ kind: 'claimWork', a, b, c, d: 0 })));

/** A valid task id that depends on nothing but its name. */
export const idOf = (name: string): string => {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('base64url');
};

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

/** The action that an intent is now, or undefined when there is nothing to do it to. `sequence` makes ids that no other sequence has. */
export const actionOf = (intent: Intent, model: Model, sequence: string): Action | undefined => {
  const { kind, a, b, c } = intent;
  const tasks = [...model.tasks.keys()];
  const groups = [idOf(`${sequence} group 0`), idOf(`${sequence} group 1`)];
  const taskId = pick(tasks, a);
  const taskGroupId = pick(groups, a) ?? '';
  switch (kind) {
    case 'create':
      return tasks.length < maxTasks ? { do: 'create', definition: newDefinition(intent, model, sequence) } : undefined;
    case 'createAll':
      return tasks.length < maxTasks ? { do: 'createAll', definitions: newGraph(intent, model, sequence) } : undefined;
    case 'groupPriority':
      return { do: kind, taskGroupId, priority: pick(priorities, b) ?? '' };
    case 'seal':
    case 'cancelGroup':
      return { do: kind, taskGroupId };
    case 'loops':
    case 'deliver':
      return { do: kind };
    case 'unknown':
      return { do: pick(['schedule', 'rerun', 'cancel'] as const, b) ?? 'cancel', taskId: idOf(`${sequence} nobody`) };
    case 'reclaim':
    case 'report':
    case 'reportLate':
    case 'reportForeign':
      return runAction(intent, model);
    case 'claimWork':
    case 'quarantine':
    case 'workers':
    case 'gone':
      return workerAction(intent, model, sequence);
    default:
      return taskId === undefined ? undefined : taskAction(intent, model, { taskId, worker: pick(workersOf(sequence), c) ?? '' });
  }
};

/** Requests of workers for work, and about workers. */
const workerAction = ({ kind, a, b, c }: Intent, model: Model, sequence: string): Action | undefined => {
  const taskQueueId = pick(queues, a % 4 === 0 ? 1 : 0) ?? '';
  const worker = pick(workersOf(sequence), b) ?? '';
  if (kind === 'claimWork') return { do: kind, taskQueueId, worker, tasks: 1 + (c % 3) };
  if (kind === 'workers') return { do: kind, taskQueueId, ...pick([{}, { quarantined: true }, { quarantined: false }], c) };
  if (kind === 'quarantine') {
    // Mostly one that is known; a third of the times lifts it. Odd, as deadlines are.
    const known = c % 7 === 0 ? undefined : pick([...model.workers.values()], b);
    const until = model.now + (pick([9, -1, 60, 9, -600, 2_880], c) ?? 0) * minuteMs + 1;
    return {
      do: 'quarantine',
      taskQueueId: known?.taskQueueId ?? taskQueueId,
      worker: known?.worker ?? worker,
      until: new Date(until).toISOString(),
    };
  }
  // Mostly one that has something to lose; also its namesake in the other queue.
  const open = openClaims(model);
  if (model.gone.length > 1 || (open.length === 0 && c % 5 > 0)) return undefined;
  const claim = c % 5 === 0 ? undefined : pick(open, a);
  const mine = claim && model.tasks.get(claim.taskId)?.definition.taskQueueId;
  const lost = claim && mine ? { worker: claim.worker, taskQueueId: c % 3 === 0 ? (queues.find((q) => q !== mine) ?? '') : mine } : {};
  return { do: 'gone', taskQueueId, worker, ...lost, how: pick(['worker-stopped', 'worker-removed'] as const, c) ?? 'worker-removed' };
};

const quarantinedIn = (model: Model, taskQueueId: string): string | undefined =>
  [...model.workers.values()].find((w) => w.taskQueueId === taskQueueId && w.quarantineUntil > model.now)?.worker;

interface About {
  readonly taskId: string;
  readonly worker: string;
}
const taskAction = ({ kind, b, d }: Intent, model: Model, { taskId, worker }: About): Action | undefined => {
  const task = model.tasks.get(taskId);
  if (!task) return undefined;
  switch (kind) {
    case 'createAgain':
      return { do: 'create', definition: task.definition };
    case 'createOther':
      return {
        do: 'create',
        definition: { ...task.definition, ...pick([{ retries: 49 }, { payload: { other: 1 } }, { priority: 'low' }], b) },
      };
    case 'priority':
      return { do: kind, taskId, priority: pick(priorities, b) ?? '' };
    case 'claimTask':
      // Mostly the last run; also one that is over, and one that is not there.
      return {
        do: kind,
        taskId,
        runId: Math.max(0, task.runs.length - 1 + (pick([0, 0, 0, -1, 1], b) ?? 0)),
        // One that may not, rather often.
        worker: (d % 3 === 0 && quarantinedIn(model, task.definition.taskQueueId)) || worker,
      };
    default:
      return { do: kind as 'schedule', taskId };
  }
};

const openClaims = (model: Model) => model.claims.filter(({ taskId, runId }) => model.tasks.get(taskId)?.runs[runId]?.state === 'running');

/** Requests about runs that were claimed: the newest ones mostly, lost ones also. */
const runAction = ({ kind, a, b, c }: Intent, model: Model): Action | undefined => {
  const open = openClaims(model);
  const claim = pick(kind === 'reportLate' || open.length === 0 ? model.claims : open, a);
  if (!claim) return undefined;
  const { taskId, runId } = claim;
  const asRun = kind === 'reportForeign' ? runId + 1 : runId;
  if (kind === 'reclaim') return { do: 'reclaim', taskId, runId, asRun };
  const as = pick(['completed', 'completed', 'failed', 'exception'], b) ?? '';
  return { do: 'report', taskId, runId, asRun, as: as === 'exception' ? (pick(reasons, c) ?? '') : as };
};

/**
 * Two or three tasks that may depend on each other, in any order. Some graphs have a circle or a task twice, or tasks that end at different
 * times; one in four brings a task that exists, sometimes changed.
 */
const newGraph = ({ a, b, c, d, ...intent }: Intent, model: Model, sequence: string): Definition[] => {
  const graph: Definition[] = [];
  for (let i = 0; i < 2 + (a % 2); i++) {
    const definition = newDefinition({ ...intent, a: a + 13 * i, b: b + i, c, d: c % 9 === 4 ? d + i : d }, model, sequence, i);
    const before = graph.filter((_, n) => (b >> (i + n)) % 2 === 1).map((other) => other.taskId);
    graph.push({ ...definition, dependencies: [...new Set([...definition.dependencies, ...before])] });
  }
  const [first, last] = [graph[0], graph.at(-1)];
  if (first && last && d % 15 === 2) graph[0] = { ...first, dependencies: [...new Set([...first.dependencies, last.taskId])] };
  if (last && d % 15 === 7) graph.push(last);
  const existing = pick([...model.tasks.values()], a)?.definition;
  if (existing && c % 4 === 1) graph.push(c % 12 === 5 ? { ...existing, retries: 49 } : existing);
  return b % 3 === 0 ? graph.toReversed() : graph;
};

const newDefinition = ({ a, b, c, d }: Intent, model: Model, sequence: string, place = 0): Definition => {
  // Two that race may want the same id.
  const taskId = idOf(`${sequence} task ${model.tasks.size + place} ${c % 5}`);
  const existing = [...model.tasks.keys()];
  const iso = (ms: number) => new Date(ms).toISOString();
  const dependencies = new Set<string>();
  // Up to three dependencies; one in 60 names a task that does not exist, one in 40 is the task itself.
  for (let i = 0; i < Math.min(3, b % 5); i++) if (existing.length > 0) dependencies.add(existing[(c + i * 7) % existing.length] ?? '');
  if (a % 60 === 7) dependencies.add(idOf(`${sequence} nobody`));
  if (a % 40 === 3) dependencies.add(taskId);
  // Odd, and the clock is even: nothing happens exactly at a deadline, where the specification does not say what comes first.
  const deadline = model.now + (pick([10, 30, 120, 600, 4_320], d) ?? 10) * minuteMs + 1;
  const expires = deadline + (d % 7 === 0 ? 0 : 72 * 60 * minuteMs);
  return {
    taskId,
    taskQueueId: pick(queues, c % 4 === 0 ? 1 : 0) ?? '',
    taskGroupId: pick([idOf(`${sequence} group 0`), idOf(`${sequence} group 0`), idOf(`${sequence} group 1`), taskId], a) ?? '',
    schedulerId: a % 50 === 11 ? 'another' : 'model',
    projectId: 'none',
    dependencies: [...dependencies],
    requires: d % 3 === 0 ? 'all-resolved' : 'all-completed',
    priority: pick(priorities, b) ?? '',
    retries: pick([0, 1, 2, 5], c) ?? 0,
    created: iso(model.now),
    deadline: iso(deadline),
    expires: iso(expires),
    scopes: a % 3 === 0 ? ['some:scope'] : [],
    routes: a % 5 === 0 ? ['a.route'] : [],
    tags: a % 7 === 0 ? { kind: 'a tag' } : {},
    payload: { n: 1 },
  };
};
