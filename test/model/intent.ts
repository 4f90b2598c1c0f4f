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
const workers = ['one', 'two'];
export const queues = ['model/one', 'model/two'];
const priorities = ['highest', 'medium', 'lowest'];
const reasons = ['worker-shutdown', 'intermittent-task', 'worker-shutdown', 'malformed-payload', 'internal-error', 'resource-unavailable'];
const minuteMs = 60_000;

/** How often each kind is drawn, in comparison. */
const kinds: readonly (readonly [kind: string, weight: number])[] = [
  ['create', 24],
  ['createAgain', 4],
  ['createOther', 2],
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
  ['unknown', 1],
  ['loops', 8],
];

const number = fc.nat({ max: 719 });
/** An intent whose kind is drawn by weight. */
export const intents: fc.Arbitrary<Intent> = fc
  .tuple(fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))), number, number, number, number)
  .map(([kind, a, b, c, d]) => ({ kind, a, b, c, d }));

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
  const { kind, a, b, c, d } = intent;
  const tasks = [...model.tasks.keys()];
  const groups = [idOf(`${sequence} group 0`), idOf(`${sequence} group 1`)];
  const taskId = pick(tasks, a);
  const taskGroupId = pick(groups, a) ?? '';
  switch (kind) {
    case 'create':
      return tasks.length < maxTasks ? { do: 'create', definition: newDefinition(intent, model, sequence) } : undefined;
    case 'groupPriority':
      return { do: kind, taskGroupId, priority: pick(priorities, b) ?? '' };
    case 'seal':
    case 'cancelGroup':
      return { do: kind, taskGroupId };
    case 'claimWork':
      return { do: kind, taskQueueId: pick(queues, a % 4 === 0 ? 1 : 0) ?? '', worker: pick(workers, b) ?? '', tasks: 1 + (c % 3) };
    case 'loops':
      return { do: kind };
    case 'unknown':
      return { do: pick(['schedule', 'rerun', 'cancel'] as const, b) ?? 'cancel', taskId: idOf(`${sequence} nobody`) };
    case 'reclaim':
    case 'report':
    case 'reportLate':
    case 'reportForeign':
      return workerAction(intent, model);
    default:
      return taskId === undefined ? undefined : taskAction({ kind, a, b, c, d }, model, taskId);
  }
};

const taskAction = ({ kind, b, c }: Intent, model: Model, taskId: string): Action | undefined => {
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
        worker: pick(workers, c) ?? '',
      };
    default:
      return { do: kind as 'schedule', taskId };
  }
};

/** Requests about runs that were claimed: the newest ones mostly, lost ones also. */
const workerAction = ({ kind, a, b, c }: Intent, model: Model): Action | undefined => {
  const open = model.claims.filter((claim) => model.tasks.get(claim.taskId)?.runs[claim.runId]?.state === 'running');
  const claim = pick(kind === 'reportLate' || open.length === 0 ? model.claims : open, a);
  if (!claim) return undefined;
  const { taskId, runId } = claim;
  const asRun = kind === 'reportForeign' ? runId + 1 : runId;
  if (kind === 'reclaim') return { do: 'reclaim', taskId, runId, asRun };
  const as = pick(['completed', 'completed', 'failed', 'exception'], b) ?? '';
  return { do: 'report', taskId, runId, asRun, as: as === 'exception' ? (pick(reasons, c) ?? '') : as };
};

const newDefinition = ({ a, b, c, d }: Intent, model: Model, sequence: string): Definition => {
  // Two that race may want the same id.
  const taskId = idOf(`${sequence} task ${model.tasks.size} ${c % 5}`);
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
