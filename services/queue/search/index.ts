import { ApiError, encodeToken, type Handlers, pageLimit } from '@taskcluster/api';
import type { queue, TaskDefinition } from '@taskcluster/contracts';
import { priorityOf, statusOf } from '../domain/task.ts';
import { placeOf } from '../handlers/pages.ts';
import { isTime } from '../handlers/times.ts';
import type { QueueService } from '../service.ts';
import { stateTermsOf, termsOf, tsqueryOf } from './domain/query.ts';
import { readableBy } from './domain/readable.ts';
import { find } from './find.ts';
import { progress } from './store/place.ts';
import type { Key } from './store/search.ts';

export { indexTasks } from './index-tasks.ts';
export { unreadByIndex } from './store/place.ts';

type SearchHandlers = Pick<Handlers<typeof queue, QueueService>, 'searchTasks'>;

/** Definitions are large, and nobody reads a thousand of them: smaller pages than elsewhere. */
const maxPage = 200;
const usualPage = 50;

const timeOf = (name: string, text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (!isTime(text)) throw new ApiError('InputError', `There is no such time as ${text} (${name}). Give one such as 2026-02-03T04:05:06Z.`);
  return text;
};

/**
 * The place where a list goes on, or the end of the time range if that is earlier. Given as a condition of its own, the end would not keep
 * the index from being read from the newest entry down to there (400 ms for two months of five million).
 */
const earlier = (place: Key | undefined, to: string | undefined): Key | undefined =>
  to !== undefined && (place === undefined || Date.parse(to) < Date.parse(place[0])) ? [to, ''] : place;

/** Finding tasks. */
export const searchHandlers: SearchHandlers = {
  searchTasks: async ({ db, now }, { query, caller }) => {
    const { continuationToken, limit, state, from, to, ...criteria } = query;
    const readable = readableBy(caller.scopes());
    const states = state === undefined ? undefined : [...new Set(state.split(','))];
    const terms = [...termsOf(criteria), ...stateTermsOf(states)];
    const search = {
      terms: tsqueryOf(terms),
      states,
      from: timeOf('from', from),
      before: earlier(placeOf(continuationToken), timeOf('to', to)),
      readable,
      limit: 1 + pageLimit(limit ?? usualPage, maxPage),
    };
    const [{ tasks, next }, { behindMs, filled }] = await Promise.all([find({ db, search, terms, now }), progress(db)]);
    // What is shown is authorised once more by the scopes that the method declares: a task by its own, or by its group's.
    const named = readable.all ? [] : tasks.filter((t) => !readable.groups.includes(t.taskGroupId));
    const grouped = readable.all ? [] : tasks.filter((t) => readable.groups.includes(t.taskGroupId));
    caller.authorize({ taskIds: named.map((t) => t.taskId), taskGroupIds: grouped.map((t) => t.taskGroupId) });
    return {
      tasks: tasks.map((t) => ({ status: statusOf(t), task: { ...(t.definition as TaskDefinition), priority: priorityOf(t.rank) } })),
      ...(next ? { continuationToken: encodeToken(next), searchedTo: next[0] } : {}),
      behindMs,
      filled,
    };
  },
};
