import { isDeepStrictEqual } from 'node:util';
import type { Engine } from './engine.ts';
import { queues } from './intent.ts';
import { countsOf, type Model, shownGroup, statusOf } from './model.ts';
import type { Action, Answer, Definition, Expected, Message } from './vocabulary.ts';

/** The engine said something else than the model. */
export class Divergence extends Error {
  override readonly name = 'Divergence';
}

const show = (value: unknown) => JSON.stringify(value, undefined, 1);
/** As JSON has it: no undefined. */
const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

export const agree = (what: string, actual: unknown, expected: unknown): void => {
  if (isDeepStrictEqual(plain(actual), plain(expected))) return;
  throw new Divergence(`${what}\n── the engine:\n${show(plain(actual))}\n── the model:\n${show(plain(expected))}`);
};

const comparable = ({ code, body }: Answer) => (code === 'ok' ? { code, body } : { code });
/** What a request was answered with: everything of a success, the code of a refusal. */
export const answersAgree = (action: Action, actual: Answer, expected: Expected): void =>
  agree(JSON.stringify(action), comparable(actual), comparable(expected));

/** Everything that can be seen from outside after a step. */
export interface Observation {
  readonly statuses: ReadonlyMap<string, unknown>;
  readonly groups: ReadonlyMap<string, unknown>;
  readonly counts: readonly unknown[];
  /** Since the last observation. */
  readonly messages: readonly Message[];
}

/** Looks at the engine: at the tasks and groups that any of the models knows of, and at those that may have been created. */
export const observe = async (engine: Engine, models: readonly Model[], created: readonly Definition[] = []): Promise<Observation> => {
  const taskIds = [...new Set([...models.flatMap((m) => [...m.tasks.keys()]), ...created.map((d) => d.taskId)])];
  const groupIds = [...new Set([...models.flatMap((m) => [...m.groups.keys()]), ...created.map((d) => d.taskGroupId)])];
  const [statuses, messages, groups, ...counts] = await Promise.all([
    engine.statuses(taskIds),
    engine.takeMessages(),
    engine.groups(groupIds),
    ...queues.map((q) => engine.counts(q)),
  ]);
  const idOf = (status: unknown) => (status as { readonly taskId: string }).taskId;
  return {
    statuses: new Map(statuses.map((s) => [idOf(s), s])),
    groups: new Map(groupIds.map((id, i) => [id, groups[i]])),
    counts,
    messages,
  };
};

/** In the order that is promised, which is that of each task or group by itself. */
export const byTask = (messages: readonly Message[]): Message[] =>
  messages.toSorted((x, y) => (x.about < y.about ? -1 : x.about > y.about ? 1 : 0));

/** Throws a Divergence unless the model would show exactly this. What it had to say has been said then. */
export const explain = (model: Model, seen: Observation, what: string): void => {
  agree(`${what}: statuses`, Object.fromEntries(seen.statuses), Object.fromEntries([...model.tasks].map(([id, t]) => [id, statusOf(t)])));
  agree(
    `${what}: groups`,
    Object.fromEntries(seen.groups),
    Object.fromEntries([...model.groups.keys()].map((id) => [id, shownGroup(model, id)])),
  );
  agree(`${what}: messages`, byTask(seen.messages), byTask(model.messages));
  agree(
    `${what}: counts`,
    seen.counts,
    queues.map((q) => countsOf(model, q)),
  );
  model.messages = [];
};

/** Messages about a group have no promised order among each other; those about a task stay as they are. */
const groupText = ({ name, payload }: Message): string => (name.startsWith('task-group') ? JSON.stringify([name, payload]) : '');
/** Repeats that arrive together may share one announcement, so a message that says the same again counts once. */
const once = (messages: readonly Message[]): Message[] =>
  byTask(messages.toSorted((x, y) => (groupText(x) < groupText(y) ? -1 : groupText(x) > groupText(y) ? 1 : 0))).filter(
    (m, i, all) => !all.slice(0, i).some((o) => isDeepStrictEqual(o, m)),
  );
// That a group is resolved may be announced by any look at it, once or more often: only whether it is said at all is compared.
const saysResolved = (m: Message) => m.name === 'task-group-resolved';
const resolvedGroups = (messages: readonly Message[]) => [...new Set(messages.filter(saysResolved).map((m) => m.about))].toSorted();

/** As `explain`, for what happened at the same time. */
export const explainRace = (model: Model, seen: Observation): void => {
  const { messages } = model;
  agree('messages of a race', once(seen.messages.filter((m) => !saysResolved(m))), once(messages.filter((m) => !saysResolved(m))));
  agree('groups that a race resolved', resolvedGroups(seen.messages), resolvedGroups(messages));
  // Compared above.
  model.messages = [...seen.messages];
  explain(model, seen, 'race');
};
