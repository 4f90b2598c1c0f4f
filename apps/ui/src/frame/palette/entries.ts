import type { TaskState } from '@taskcluster/contracts';
import type { RecentGroup } from '../../data/recent.ts';
import type { TaskRow } from '../../data/row.ts';
import { filterOf } from '../../data/filter.ts';
import { isSlugid } from '../../session/slugid.ts';

/** Something that the palette offers. */
export interface Entry {
  readonly id: string;
  readonly kind: 'action' | 'task' | 'group';
  readonly title: string;
  readonly detail?: string;
  readonly state?: TaskState;
  readonly act: () => void;
}

export interface Known {
  readonly actions: readonly Entry[];
  readonly tasks: readonly TaskRow[];
  readonly groups: readonly RecentGroup[];
  readonly openTask: (taskId: string) => void;
  readonly openGroup: (taskGroupId: string) => void;
}

const most = 12;

/** What fits a text: the task and group of an id (also within a pasted link), else actions, tasks and groups by their words. */
export const entriesFor = (text: string, known: Known): readonly Entry[] => {
  const id = text.split(/[^A-Za-z0-9_-]+/).find(isSlugid);
  if (id) return entriesOf(id, known);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (title: string) => words.every((word) => title.toLowerCase().includes(word));
  const tasks = known.tasks.filter(filterOf(text)).slice(0, most);
  const groups = words.length === 0 ? [] : known.groups.filter((group) => fits(`${group.name} ${group.taskGroupId}`)).slice(0, most);
  return [
    ...known.actions.filter((action) => fits(action.title)),
    ...tasks.map((row) => taskEntry(row, known)),
    ...groups.map((group) => groupEntry(group, known)),
  ];
};

const entriesOf = (id: string, known: Known): readonly Entry[] => {
  const row = known.tasks.find((one) => one.taskId === id);
  const group = known.groups.find((one) => one.taskGroupId === id);
  return [
    row ? taskEntry(row, known) : { id: `task-${id}`, kind: 'task', title: `Open task ${id}`, act: () => known.openTask(id) },
    group ? groupEntry(group, known) : { id: `group-${id}`, kind: 'group', title: `Open group ${id}`, act: () => known.openGroup(id) },
  ];
};

const taskEntry = (row: TaskRow, known: Known): Entry => ({
  id: `task-${row.taskId}`,
  kind: 'task',
  title: row.name,
  detail: row.taskId,
  state: row.status.state,
  act: () => known.openTask(row.taskId),
});

const groupEntry = (group: RecentGroup, known: Known): Entry => ({
  id: `group-${group.taskGroupId}`,
  kind: 'group',
  title: group.name,
  detail: group.taskGroupId,
  act: () => known.openGroup(group.taskGroupId),
});
