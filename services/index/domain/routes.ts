import type { Message } from '@taskcluster/bus';
import type { TaskDefinition } from '@taskcluster/contracts';
import { type Entry, instantOf, isRank } from './entry.ts';
import { isIndexPath } from './path.ts';

/** Messages about a task with a route `index.<path>` are also sent with this and the path as key. */
const prefix = 'route.index.';
const yearMs = 365 * 86_400_000;

/** The index paths among the routes of a task. Routes that are no paths are the task's business, not an error (index.md, section 6). */
export const pathsIn = ({ routingKey, cc }: Pick<Message, 'routingKey' | 'cc'>): readonly string[] => {
  const routes = [routingKey, ...cc].filter((key) => key.startsWith(prefix));
  return [...new Set(routes.map((key) => key.slice(prefix.length)))].filter(isIndexPath);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a completed task is indexed with: `extra.index` of its definition, with the defaults of index.md, section 6. A text that
 * says what is wrong when it cannot be used; then the task is not indexed at all.
 */
export const entryOf = (taskId: string, { extra, created, expires: taskExpires }: TaskDefinition): Entry | string => {
  const given = isObject(extra?.['index']) ? extra['index'] : {};
  const { rank = 0, data = {}, expires = taskExpires ?? new Date(Date.parse(created) + yearMs).toISOString() } = given;
  if (!isRank(rank)) return 'extra.index.rank is not a whole number of 32 bits';
  if (!isObject(data)) return 'extra.index.data is not an object';
  const instant = typeof expires === 'string' ? instantOf(expires) : undefined;
  if (instant === undefined) return 'extra.index.expires is not a time between the years 1 and 9999';
  return { taskId, rank, data, expires: instant };
};
