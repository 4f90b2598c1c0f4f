import { isDeepStrictEqual } from 'node:util';
import { conflict, ok, unknown } from './queue/answers.ts';
import { claimTask, claimWork, expireClaims, reclaim, refuseQuarantined, report } from './queue/claims.ts';
import { create, createAll } from './queue/creation.ts';
import { cancelGroup, changeGroupPriority, lookAtGroups, seal } from './queue/groups.ts';
import type { Model, ModelTask } from './queue/state.ts';
import { cancel, changePriority, passDeadlines, rerun, schedule } from './queue/tasks.ts';
import { announceGone, given as givenTo, isQuarantined, listed, loseRuns, notice, quarantine, readGone } from './queue/workers.ts';
import type { Action, Answer, Expected } from './vocabulary.ts';

// What the queue promises, written a second time from queue.md and from nothing else: one task after the other in plain objects, no
// database, no concurrency, nothing shared with `services/queue`. The real engine is held against it (`sequence.ts`), so whatever only
// one of the two believes shows. `queue/` has a file for each noun.

export { countsOf } from './queue/claims.ts';
export { shownGroup } from './queue/groups.ts';
export { type Model, newModel, statusOf } from './queue/state.ts';

/**
 * What a request does in one piece: others may come between two pieces of it. Answers what the request must be answered with, as far as
 * this piece decides it; a refusal ends the request. `given` is what the engine answered, where it has a choice.
 */
export type Piece = (model: Model, given: Answer | undefined, loose: boolean) => Expected | undefined;

type TaskAction = Extract<Action, { readonly taskId: string }>;

const withTask =
  (taskId: string, piece: (model: Model, task: ModelTask) => Expected | undefined): Piece =>
  (model) => {
    const task = model.tasks.get(taskId);
    return task ? piece(model, task) : unknown;
  };
const silently =
  (work: (model: Model) => void): Piece =>
  (model) =>
    void work(model);

/** The messages about workers that are gone are handled. */
const deliver: readonly Piece[] = [readGone, loseRuns].map(silently);
/** What becomes due, and nothing else does it: without time passing, what does nothing goes on doing nothing. */
const timed: readonly Piece[] = [expireClaims, passDeadlines].map(silently);
/** The background processes, in the order in which the test runs them. They share no transaction. */
const loops: readonly Piece[] = [...deliver, ...timed, silently(lookAtGroups)];

/** Why a piece of the background can be left out of a race: nothing is due, and no message waits or arrives (`arriving`). */
export const isIdle = (piece: Piece, model: Model, arriving: boolean): boolean => {
  if (deliver.includes(piece)) return !arriving && model.gone.length === 0;
  if (!timed.includes(piece)) return false;
  const tried = structuredClone(model);
  piece(tried, undefined, true);
  return isDeepStrictEqual(tried, model);
};

/** A request, piece by piece. */
export const piecesOf = (action: Action): readonly Piece[] => {
  switch (action.do) {
    case 'create':
      return [(model, given) => create(model, action.definition, given)];
    case 'createAll':
      return [(model, given, loose) => createAll(model, action.definitions, given, loose)];
    case 'claimWork':
      return [
        silently((model) => notice(model, action)),
        (model, given) => refuseQuarantined(model, action, given),
        (model, given, loose) => claimWork(model, action, given, loose),
      ];
    case 'groupPriority':
      return [(model) => changeGroupPriority(model, action.taskGroupId, action.priority)];
    case 'seal':
      return [(model) => seal(model, action.taskGroupId)];
    case 'cancelGroup':
      return [(model) => cancelGroup(model, action.taskGroupId)];
    case 'quarantine':
      return [(model) => quarantine(model, { taskQueueId: action.taskQueueId, worker: action.worker }, action.until)];
    case 'workers':
      return [(model) => listed(model, action.taskQueueId, action.quarantined)];
    case 'gone':
      return [(model) => announceGone(model, action)];
    case 'deliver':
      return deliver;
    case 'loops':
      return loops;
    default:
      return piecesAboutTask(action);
  }
};

const piecesAboutTask = (action: TaskAction): readonly Piece[] => {
  const { taskId } = action;
  switch (action.do) {
    case 'schedule':
      return [withTask(taskId, schedule)];
    case 'rerun':
      return [withTask(taskId, rerun)];
    case 'cancel':
      return [withTask(taskId, cancel)];
    case 'priority':
      return [withTask(taskId, (model, task) => changePriority(model, task, action.priority))];
    case 'claimTask':
      return claimByName(action);
    default:
      return asWorker(action);
  }
};

/** A worker that is quarantined is refused before its claim is looked at, and what it is given is written afterwards. */
const claimByName = (action: TaskAction & { do: 'claimTask' }): readonly Piece[] => {
  const keyOf = ({ definition: { taskQueueId } }: ModelTask) => ({ taskQueueId, worker: action.worker });
  const { taskId, runId } = action;
  return [
    withTask(taskId, (model, task) => (isQuarantined(model, keyOf(task)) ? conflict : undefined)),
    withTask(taskId, (model, task) => claimTask(model, task, action)),
    withTask(taskId, (model, task) => void givenTo(model, keyOf(task), [{ taskId, runId }])),
  ];
};

const asWorker = (action: TaskAction & { do: 'reclaim' | 'report' }): readonly Piece[] => {
  const { taskId, runId, asRun } = action;
  // These scopes can be filled in from the URL, so they come before everything else.
  if (asRun !== runId) return [() => ({ code: 'InsufficientScopes' })];
  if (action.do === 'report') return [withTask(taskId, (model, task) => report(model, task, action))];
  return [
    withTask(taskId, (model, task) => reclaim(model, task, runId)),
    withTask(taskId, (model, { definition: { taskQueueId }, runs }) => {
      const worker = runs[runId]?.workerId;
      if (worker !== undefined) notice(model, { taskQueueId, worker });
      return undefined;
    }),
  ];
};

/** Does what one request does, and says what it must answer. */
export const apply = (model: Model, action: Action, given?: Answer, loose = false): Expected => {
  let answer: Expected | undefined;
  for (const piece of piecesOf(action)) {
    answer = piece(model, given, loose) ?? answer;
    if (answer && answer.code !== 'ok') break;
  }
  return answer ?? ok(undefined);
};

/** Another process takes over: what only the one before knew is forgotten. */
export const restart = (model: Model): void => model.noticed.clear();
