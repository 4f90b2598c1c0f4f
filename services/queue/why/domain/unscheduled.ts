import type { NamedTask, WhyCause } from '@taskcluster/contracts';
import { type Facts, maxNamed, type Root } from './facts.ts';
import { type Obstacle, obstacleOf } from './obstacle.ts';
import { counted, durationWords } from './words.ts';

const maxInText = 3;

const named = (roots: readonly Root[]): readonly NamedTask[] =>
  roots.flatMap(({ known, state }) => (known ? [{ ...known, ...(state === undefined ? {} : { state }) }] : [])).slice(0, maxNamed);

const listOf = (roots: readonly Root[], more: boolean) => {
  const tasks = named(roots);
  const texts = tasks.slice(0, maxInText).map((t) => `${t.name ?? t.taskId}${t.state ? ` (${t.state})` : ''}`);
  const rest = roots.length - texts.length;
  const others = rest > 0 ? ` and ${more ? 'at least ' : ''}${counted(rest, 'other', 'others')}` : more ? ' and perhaps others' : '';
  return { data: { count: roots.length, more, tasks }, text: texts.length === 0 ? undefined : `${texts.join(', ')}${others}` };
};

const withNames = (sentence: string, names: string | undefined) => (names === undefined ? `${sentence}.` : `${sentence}: ${names}.`);
const many = (n: number, more: boolean, noun: string) => `${more ? 'at least ' : ''}${counted(n, noun)}`;

/** Why a task has no run yet: the tasks that block it in the end, the hopeless ones first (queue.md, section 4, step 11). */
export const whyUnscheduled = (facts: Facts): readonly WhyCause[] => {
  const { roots, waitsForItself } = facts;
  const causes: WhyCause[] = [];
  const { list, more } = roots ?? { list: [], more: false };
  const those = (obstacle: Obstacle) => list.filter((r) => obstacleOf(r) === obstacle);
  const failed = those('failed');
  if (failed.length > 0) {
    const { data, text } = listOf(failed, more);
    const sentence = `It cannot start, because ${many(failed.length, more, 'task')} that had to be completed ${failed.length === 1 ? 'was' : 'were'} not; rerun ${failed.length === 1 ? 'it' : 'them'}, or schedule this task by hand`;
    causes.push({ kind: 'failed-dependencies', text: withNames(sentence, text), ...data });
  }
  const missing = those('missing');
  if (missing.length > 0) {
    const { data, text } = listOf(missing, more);
    causes.push({
      kind: 'missing-dependencies',
      text: withNames(`It cannot start by itself, because ${many(missing.length, more, 'task')} that it waits for expired`, text),
      ...data,
    });
  }
  if (waitsForItself)
    causes.push({ kind: 'schedule-task', text: 'It depends on itself, so it starts only when somebody calls scheduleTask for it.' });
  const held = those('held');
  if (held.length > 0) {
    const { data, text } = listOf(held, more);
    causes.push({
      kind: 'held-back',
      text: withNames(`It waits for ${many(held.length, more, 'task')} that somebody has to schedule by hand`, text),
      ...data,
    });
  }
  return [...causes, ...dependencies({ facts, those, more, decided: causes.length > 0 })];
};

interface Waiting {
  readonly facts: Facts;
  readonly those: (obstacle: Obstacle) => readonly Root[];
  readonly more: boolean;
  readonly decided: boolean;
}

const dependencies = ({ facts, those, more, decided }: Waiting): readonly WhyCause[] => {
  const { task, requires } = facts;
  const ending = those('ending');
  const stuck = those('stuck');
  const heldUp = ending.length > 0 && (stuck.length > 0 || ending.some((r) => r.byHand));
  // What goes on below a task that is ended by its deadline does not matter beside what does not.
  const active = [...those('active'), ...(heldUp ? ending : those('beneath'))];
  if (active.length === 0 && (!more || decided)) return [];
  const { data, text } = listOf(active, more);
  const one = task.unsatisfied === 1;
  const direct = `It waits for ${counted(task.unsatisfied, 'dependency', 'dependencies')} to be ${requires === 'all-resolved' ? 'resolved' : 'completed'}`;
  const rest =
    active.length === 0
      ? `which ${one ? 'waits' : 'wait'} for at least ${counted(facts.roots?.others ?? 0, 'other task')} in turn`
      : `which ${one ? 'comes' : 'come'} down to ${many(active.length, more, 'task')} that ${active.length === 1 ? 'is' : 'are'} not done`;
  const ends = heldUp ? ` ${endsAtDeadline(facts, ending)} ${untilThen(ending, stuck, more)}` : '';
  return [
    {
      kind: 'dependencies',
      text: `${withNames(`${direct}, ${rest}`, text)}${ends}`,
      unsatisfied: task.unsatisfied,
      ...(requires === undefined ? {} : { requires }),
      ...data,
    },
  ];
};

/** When the tasks that only have to be over are so, whatever becomes of what they wait for. */
const endsAtDeadline = ({ task, now, deadlineDelayMs }: Facts, ending: readonly Root[]): string => {
  const last = Math.max(...ending.map((r) => Date.parse(r.deadline ?? now)));
  const leftMs = last - Date.parse(now);
  const one = ending.length === 1;
  const who = one ? 'The unscheduled one' : `The ${ending.length} unscheduled ones`;
  // A task is not scheduled any more after its own deadline.
  const late = last + deadlineDelayMs > Date.parse(task.deadline) ? ', which is too late for this task: its own deadline comes first' : '';
  if (leftMs <= 0) return `${who} ${one ? 'is about to be ended by its deadline' : 'are about to be ended by their deadlines'}${late}.`;
  const time = durationWords(leftMs);
  return one
    ? `${who} ends at its deadline at the latest, in ${time}${late}.`
    : `${who} end at their deadlines at the latest, the last in ${time}${late}.`;
};

const untilThen = (ending: readonly Root[], stuck: readonly Root[], more: boolean): string => {
  const one = ending.length === 1;
  if (stuck.length === 0) {
    const byHand = ending.filter((r) => r.byHand).length;
    return one
      ? 'It waits for somebody to call scheduleTask for it.'
      : `${byHand} of them ${byHand === 1 ? 'waits' : 'wait'} for somebody to call scheduleTask.`;
  }
  const goOn = stuck.length === 1 ? 'does not go on by itself' : 'do not go on by themselves';
  return withNames(
    `Until then ${one ? 'it waits' : 'they wait'} for ${many(stuck.length, more, 'task')} that ${goOn}`,
    listOf(stuck, more).text,
  );
};
