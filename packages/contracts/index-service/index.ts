import { contract, del, get, monitoring, post, put } from '../contract.ts';
import { paging, patterns } from '../identifiers.ts';

import { IndexNamespaces, IndexListRequest } from './namespaces.ts';
import { IndexedTask, IndexedTasks, InsertTaskRequest, TasksAtIndexRequest } from './tasks.ts';

const indexPath = new RegExp(patterns.indexPath);
const category = 'Index Service';

/** The index service: finds tasks by names. */
export const index = contract({
  service: 'index',
  version: 'v1',
  title: 'Index',
  description:
    'Finds tasks by names instead of ids. A task with a route `index.<path>` is found under that path once it has completed, ' +
    'and anything else can be put there with `insertTask`. Paths are keys with dots between them, so they form a tree.',
  parameterPatterns: {
    indexPath,
    namespace: indexPath,
    // What an artifact can be called; a URL cannot hold `.` and `..`.
    name: /^(?!\.{1,2}$)[\x20-\x7e]+$/,
  },
  endpoints: {
    findTask: get('/task/:indexPath', {
      title: 'Find a task',
      description: 'The task that is found under this path: of those that were put there, the last one of the highest rank.',
      category,
      stability: 'stable',
      scopes: 'index:find-task:<indexPath>',
      output: IndexedTask,
    }),
    findTasksAtIndex: post('/tasks/indexes', {
      title: 'Find tasks at several paths',
      description:
        'The entries at these paths; those without one are left out. Every path must be allowed to the caller. ' +
        'Repeat the same paths with the continuation token for the next page.',
      category,
      scopes: { AllOf: [{ for: 'indexPath', in: 'indexPaths', each: 'index:find-task:<indexPath>' }] },
      query: paging,
      input: TasksAtIndexRequest,
      output: IndexedTasks,
    }),
    listNamespaces: get('/namespaces/:namespace?', {
      title: 'List namespaces',
      description: 'The namespaces directly below a namespace, or below the root. There need not be a task in them.',
      category,
      stability: 'stable',
      scopes: 'index:list-namespaces:<namespace>',
      query: paging,
      output: IndexNamespaces,
    }),
    listTasks: get('/tasks/:namespace?', {
      title: 'List tasks',
      description: 'The tasks directly in a namespace, or in the root. What is further down is not listed.',
      category,
      stability: 'stable',
      scopes: 'index:list-tasks:<namespace>',
      query: paging,
      output: IndexedTasks,
    }),
    listNamespacesPost: post('/namespaces/:namespace?', {
      title: 'List namespaces, as older clients do',
      description: 'Like `listNamespaces`, with the page in the body.',
      category,
      scopes: 'index:list-namespaces:<namespace>',
      input: IndexListRequest,
      output: IndexNamespaces,
      unpublished: true,
    }),
    listTasksPost: post('/tasks/:namespace?', {
      title: 'List tasks, as older clients do',
      description: 'Like `listTasks`, with the page in the body. A namespace `indexes` cannot be listed this way.',
      category,
      scopes: 'index:list-tasks:<namespace>',
      input: IndexListRequest,
      output: IndexedTasks,
      unpublished: true,
    }),
    insertTask: put('/task/:namespace', {
      title: 'Insert a task',
      description:
        'Puts a task under a path, unless one of a higher rank is there; answers what is there afterwards. ' +
        'Nobody checks that the task exists.',
      category,
      stability: 'stable',
      scopes: 'index:insert-task:<namespace>',
      input: InsertTaskRequest,
      output: IndexedTask,
    }),
    deleteTask: del('/task/:namespace', {
      title: 'Delete a task from the index',
      description: 'Removes what is found under a path. It may be repeated. The task itself and the namespaces stay.',
      category,
      stability: 'stable',
      scopes: 'index:delete-task:<namespace>',
    }),
    findArtifactFromTask: get('/task/:indexPath/artifacts/:name(*)', {
      title: 'Artifact of an indexed task',
      description:
        'Redirects (303) to an artifact of the latest run of the task that is found under this path. ' +
        'The target can be read for 15 minutes without further credentials.',
      category,
      stability: 'stable',
      scopes: 'queue:get-artifact:<name>',
    }),
    ...monitoring,
  },
});
