import { ApiError, type Handlers, respond } from '@taskcluster/api';
import type { index, IndexedTask, InsertTaskRequest } from '@taskcluster/contracts';
import { type Entry, instantOf, isRank } from '../domain/entry.ts';
import { joinPath, longestPath, splitPath } from '../domain/path.ts';
import { insertEntries } from '../insert.ts';
import type { IndexService } from '../service.ts';
import { deleteTask, findTask, storedTask, type TaskRow } from '../store/tasks.ts';

type TaskHandlers = Pick<Handlers<typeof index, IndexService>, 'findTask' | 'insertTask' | 'deleteTask'>;

/** An entry as callers see it: `namespace` is its whole path. */
export const shown = ({ namespace, name, ...rest }: TaskRow): IndexedTask => ({ namespace: joinPath({ namespace, name }), ...rest });

/** The entry that is found under a path; 404 when there is none, or when it has expired. */
export const found = async ({ db }: IndexService, path: string): Promise<TaskRow> => {
  const task = await findTask(db, splitPath(path));
  if (!task)
    throw new ApiError('ResourceNotFound', 'Indexed task not found: there is none at {{path}}. It may have expired, or not be there yet.', {
      path,
    });
  return task;
};

/** What the schema cannot say about an insertion: 400 for it. */
const checked = (path: string, { taskId, rank, data, expires }: InsertTaskRequest): Entry => {
  if (path.length > longestPath)
    throw new ApiError('InputError', `The path has ${path.length} characters. Choose one with at most ${longestPath}.`);
  if (!isRank(rank))
    throw new ApiError('InputError', 'The rank is {{rank}}. Give a whole number from -2147483648 to 2147483647.', { rank });
  const instant = instantOf(expires);
  if (instant === undefined)
    throw new ApiError('InputError', '`expires` is {{expires}}. Give a time between the years 1 and 9999.', { expires });
  return { taskId, rank, data, expires: instant };
};

export const taskHandlers: TaskHandlers = {
  findTask: async (service, { params: { indexPath } }) => shown(await found(service, indexPath)),

  insertTask: async ({ db }, { params: { namespace: path }, body }) => {
    const entry = checked(path, body);
    const stored = await db.tx(async (tx) => (await insertEntries(tx, [path], entry))[0] ?? (await storedTask(tx, splitPath(path))));
    if (!stored) throw new Error(`The entry at ${path} is gone although this transaction holds it.`);
    return shown(stored);
  },

  deleteTask: async ({ db }, { params: { namespace: path } }) => {
    await deleteTask(db, splitPath(path));
    return respond(200, {}, {});
  },
};
