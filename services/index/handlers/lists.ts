import { checkedToken, cut, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { index, IndexedTasks, IndexNamespaces } from '@taskcluster/contracts';
import { joinPath, splitPath } from '../domain/path.ts';
import type { IndexService } from '../service.ts';
import { namespacesIn } from '../store/namespaces.ts';
import { tasksAt, tasksIn } from '../store/tasks.ts';
import { shown } from './tasks.ts';

type ListHandlers = Pick<
  Handlers<typeof index, IndexService>,
  'listNamespaces' | 'listTasks' | 'listNamespacesPost' | 'listTasksPost' | 'findTasksAtIndex'
>;
interface Asked {
  readonly limit?: string | number | undefined;
  readonly continuationToken?: string | undefined;
}

const namespaces = async ({ db }: IndexService, namespace: string, asked: Asked): Promise<IndexNamespaces> => {
  const limit = pageLimit(asked.limit);
  const [after = ''] = textsIn(checkedToken(asked.continuationToken), 1);
  const rows = await namespacesIn(db, { namespace, after, limit: limit + 1 });
  const { page, next } = cut(rows, limit, ({ name }) => encodeToken([name]));
  return {
    namespaces: page.map(({ name, expires }) => ({ namespace: joinPath({ namespace, name }), name, expires })),
    ...next,
  };
};

const tasks = async ({ db }: IndexService, namespace: string, asked: Asked): Promise<IndexedTasks> => {
  const [after = ''] = textsIn(checkedToken(asked.continuationToken), 1);
  const { rows, more } = await tasksIn(db, { namespace, after, limit: pageLimit(asked.limit) });
  const next = more ? rows.at(-1) : undefined;
  return { tasks: rows.map(shown), ...(next && { continuationToken: encodeToken([next.name]) }) };
};

/** The namespace in a URL; the root when there is none. */
const inUrl = ({ namespace = '' }: { readonly namespace?: string }) => ({ namespace });

/** Lists, and the tasks at several paths. Each authorises by itself, after its parameters were checked (index.md, section 3). */
export const listHandlers: ListHandlers = {
  listNamespaces: async (service, { params, query, caller }) => {
    caller.authorize(inUrl(params));
    return namespaces(service, inUrl(params).namespace, query);
  },

  listTasks: async (service, { params, query, caller }) => {
    caller.authorize(inUrl(params));
    return tasks(service, inUrl(params).namespace, query);
  },

  listNamespacesPost: async (service, { params, body, caller }) => {
    caller.authorize(inUrl(params));
    return namespaces(service, inUrl(params).namespace, body);
  },

  listTasksPost: async (service, { params, body, caller }) => {
    caller.authorize(inUrl(params));
    return tasks(service, inUrl(params).namespace, body);
  },

  findTasksAtIndex: async ({ db }, { body: { indexes = [] }, query, caller }) => {
    const indexPaths = [...new Set(indexes)];
    caller.authorize({ indexPaths });
    const [namespace = '', name = ''] = textsIn(checkedToken(query.continuationToken), 2);
    const { rows, more } = await tasksAt(db, {
      places: indexPaths.map(splitPath),
      after: { namespace, name },
      limit: pageLimit(query.limit),
    });
    const next = more ? rows.at(-1) : undefined;
    return { tasks: rows.map(shown), ...(next && { continuationToken: encodeToken([next.namespace, next.name]) }) };
  },
};
