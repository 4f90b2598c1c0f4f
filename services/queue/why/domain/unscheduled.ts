import type { NamedTask, WhyCause } from '@taskcluster/contracts';
import { type Facts, maxNamed, maxWaiting, type Root } from './facts.ts';
import { type Obstacle, obstacleOf } from './obstacle.ts';
import { counted } from './words.ts';

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
export const whyUnscheduled = ({ task, requires, roots, waitsForItself }: Facts): readonly WhyCause[] => {
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
  const active = those('active');
  if (active.length > 0 || (more && causes.length === 0)) {
    const { data, text } = listOf(active, more);
    const one = task.unsatisfied === 1;
    const direct = `It waits for ${counted(task.unsatisfied, 'dependency', 'dependencies')} to be ${requires === 'all-resolved' ? 'resolved' : 'completed'}`;
    const rest =
      active.length === 0
        ? `which ${one ? 'waits' : 'wait'} for more than ${maxWaiting} other tasks in turn`
        : `which ${one ? 'comes' : 'come'} down to ${many(active.length, more, 'task')} that ${active.length === 1 && !more ? 'is' : 'are'} not done`;
    const sentence = `${direct}, ${rest}`;
    causes.push({
      kind: 'dependencies',
      text: withNames(sentence, text),
      unsatisfied: task.unsatisfied,
      ...(requires === undefined ? {} : { requires }),
      ...data,
    });
  }
  return causes;
};
