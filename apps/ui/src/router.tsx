import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { isSort, type Sort } from './data/sort.ts';
import { Frame } from './frame/frame.tsx';
import { BrokenPage } from './pages/broken-page.tsx';
import { NoSuchPage } from './pages/no-such-page.tsx';
import { TasksPage } from './pages/tasks/tasks-page.tsx';

/** Every page and its address. All but the first are loaded when a link to them is pointed at. */
const root = createRootRoute({ component: Frame, notFoundComponent: NoSuchPage });

/** The filter and order of a list of tasks are part of its address. */
export interface ListSearch {
  readonly q?: string;
  readonly sort?: Sort;
}
const listSearch = (search: Record<string, unknown>): ListSearch => ({
  ...(typeof search.q === 'string' && search.q !== '' && { q: search.q }),
  ...(isSort(search.sort) && { sort: search.sort }),
});

/** Which run a task's page shows (the last one unless told), and which artifact its log tab. */
export interface TaskSearch {
  readonly run?: number;
  readonly name?: string;
}
const taskSearch = (search: Record<string, unknown>): TaskSearch => ({
  ...(Number.isInteger(search.run) && { run: search.run as number }),
  ...(typeof search.name === 'string' && { name: search.name }),
});

const page = <K extends string>(load: () => Promise<Record<K, () => React.ReactNode>>, name: K) => lazyRouteComponent(load, name);

const tasks = createRoute({ getParentRoute: () => root, path: '/', component: TasksPage, validateSearch: listSearch });
const groups = createRoute({
  getParentRoute: () => root,
  path: '/groups',
  component: page(() => import('./pages/groups/groups-page.tsx'), 'GroupsPage'),
  validateSearch: (search: Record<string, unknown>): { readonly q?: string } =>
    typeof search.q === 'string' && search.q !== '' ? { q: search.q } : {},
});
const group = createRoute({
  getParentRoute: () => root,
  path: '/groups/$taskGroupId',
  component: page(() => import('./pages/groups/group/group-page.tsx'), 'GroupPage'),
  validateSearch: listSearch,
});
const create = createRoute({
  getParentRoute: () => root,
  path: '/create',
  component: page(() => import('./pages/create/create-page.tsx'), 'CreatePage'),
  validateSearch: (search: Record<string, unknown>): { readonly from?: string } =>
    typeof search.from === 'string' ? { from: search.from } : {},
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  component: page(() => import('./pages/signin/signin-page.tsx'), 'SignInPage'),
});

const taskPages = () => import('./pages/tasks/task/task-page.tsx');
const task = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$taskId',
  component: page(taskPages, 'TaskPage'),
  validateSearch: taskSearch,
});
const taskIndex = createRoute({ getParentRoute: () => task, path: '/', component: page(taskPages, 'TaskStart') });
const overview = createRoute({
  getParentRoute: () => task,
  path: '/overview',
  component: page(() => import('./pages/tasks/task/overview/overview-tab.tsx'), 'OverviewTab'),
});
const log = createRoute({
  getParentRoute: () => task,
  path: '/log',
  component: page(() => import('./pages/tasks/task/log/log-tab.tsx'), 'LogTab'),
});
const artifacts = createRoute({
  getParentRoute: () => task,
  path: '/artifacts',
  component: page(() => import('./pages/tasks/task/artifacts/artifacts-tab.tsx'), 'ArtifactsTab'),
});
const definition = createRoute({
  getParentRoute: () => task,
  path: '/definition',
  component: page(() => import('./pages/tasks/task/definition/definition-tab.tsx'), 'DefinitionTab'),
});

// Addresses that other tools and people's notes contain.
const oldAddresses = [
  createRoute({
    getParentRoute: () => root,
    path: '/tasks',
    beforeLoad: () => {
      throw redirect({ to: '/' });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/create',
    beforeLoad: () => {
      throw redirect({ to: '/create' });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/groups',
    beforeLoad: () => {
      throw redirect({ to: '/groups' });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/groups/$taskGroupId',
    beforeLoad: ({ params }) => {
      throw redirect({ to: '/groups/$taskGroupId', params });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/$taskId/runs/$runId',
    beforeLoad: ({ params: { taskId, runId } }) => {
      throw redirect({ to: '/tasks/$taskId/overview', params: { taskId }, search: { run: Number(runId) } });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/$taskId/runs/$runId/logs/$',
    beforeLoad: ({ params: { taskId, runId, _splat = '' }, location }) => {
      const name = _splat.replace(/^live\//, '');
      throw redirect({ to: '/tasks/$taskId/log', params: { taskId }, search: { run: Number(runId), name }, hash: location.hash });
    },
  }),
];

export const router = createRouter({
  routeTree: root.addChildren([
    tasks,
    groups,
    group,
    create,
    signIn,
    task.addChildren([taskIndex, overview, log, artifacts, definition]),
    ...oldAddresses,
  ]),
  defaultErrorComponent: BrokenPage,
  defaultPreload: 'intent',
  defaultPreloadDelay: 30,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
