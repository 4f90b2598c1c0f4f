import type { TaskStatus } from '@taskcluster/contracts';
import { setTimeout } from 'node:timers/promises';
import type { Group, Step } from './group.ts';
import type { Platform } from './platform.ts';

const pauseMs = 300;
const shapes: Readonly<Record<string, string>> = {
  unscheduled: '◌',
  pending: '◔',
  running: '◐',
  completed: '●',
  failed: '✕',
  exception: '▲',
};

export type States = ReadonlyMap<Step, TaskStatus>;

/** Prints each change of state, until every task is over or can never run, and answers the last statuses. */
export const watch = async ({ queue }: Platform, { members }: Group, print: (line: string) => void): Promise<States> => {
  const began = Date.now();
  const known = new Map<Step, TaskStatus>();
  for (;;) {
    const { statuses } = await queue.statuses({}, { taskIds: members.map(({ taskId }) => taskId) });
    const found = new Map(statuses.map(({ taskId, status }) => [taskId, status]));
    for (const { taskId, step } of members) {
      const status = found.get(taskId);
      if (!status || known.get(step)?.state === status.state) continue;
      known.set(step, status);
      const reason = status.runs.at(-1)?.reasonResolved;
      const why = reason && reason !== status.state ? ` (${reason})` : '';
      print(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${shapes[status.state]} ${step} ${status.state}${why}`);
    }
    const fetched = known.get('fetch')?.state;
    if (known.get('report')?.runs.at(-1)?.resolved || fetched === 'failed' || fetched === 'exception') return known;
    await setTimeout(pauseMs);
  }
};
