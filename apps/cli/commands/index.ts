import type { Command } from '../arguments/command.ts';

/** A word that runs something. What it runs is loaded when it is used: the list of words alone has to be quick. */
export interface Verb {
  readonly summary: string;
  readonly load: () => Promise<{ readonly default: Command }>;
}
/** A word that needs another one behind it. */
export interface Noun {
  readonly summary: string;
  readonly verbs: Readonly<Record<string, Verb>>;
  /** What the help begins with, behind `taskcluster`. */
  readonly example: string;
}

const task: Noun = {
  summary: 'Find tasks, look at one, cancel it, run it again.',
  example: 'task status fN1SbArXTPSVFNUvaOlinQ',
  verbs: {
    status: { summary: 'Where a task stands, and each of its runs.', load: () => import('./task/status.ts') },
    watch: { summary: 'Each change of a task as it happens, until it is over.', load: () => import('./task/watch.ts') },
    why: { summary: 'Why a task is not running.', load: () => import('./why.ts') },
    search: { summary: 'Find tasks by name, owner, project, tag, state, queue or time.', load: () => import('./task/search.ts') },
    log: { summary: 'The log of a task.', load: () => import('./log.ts') },
    artifacts: { summary: 'What a task left behind.', load: () => import('./task/artifacts.ts') },
    artifact: { summary: 'Download an artifact.', load: () => import('./task/artifact.ts') },
    definition: { summary: 'What a task is to do, as JSON.', load: () => import('./task/definition.ts') },
    cancel: { summary: 'End a task that is not over.', load: () => import('./task/cancel.ts') },
    rerun: { summary: 'Run a task once more.', load: () => import('./task/rerun.ts') },
  },
};

const group: Noun = {
  summary: 'Look at the tasks of a group.',
  example: 'group status fN1SbArXTPSVFNUvaOlinQ',
  verbs: {
    list: { summary: 'The tasks of a group.', load: () => import('./group/list.ts') },
    status: { summary: 'How many tasks of a group are in which state.', load: () => import('./group/status.ts') },
  },
};

const scopes: Noun = {
  summary: 'Who may do what, and why; what would change if a role changed.',
  example: 'scopes why project/build queue:create-task:low:proj/ci',
  verbs: {
    why: { summary: 'Why a client has a scope, or what it lacks.', load: () => import('./scopes/why.ts') },
    check: { summary: 'Whether a client may make a call.', load: () => import('./scopes/check.ts') },
    impact: { summary: 'Who would gain or lose what if a role were changed.', load: () => import('./scopes/impact.ts') },
    compare: { summary: 'Who gains and loses what between two files of roles.', load: () => import('./scopes/compare.ts') },
    expand: { summary: 'All that scopes come to through roles.', load: () => import('./scopes/expand.ts') },
    satisfies: { summary: 'Whether scopes are enough for others.', load: () => import('./scopes/satisfies.ts') },
    history: { summary: 'Who changed a client or a role.', load: () => import('./scopes/history.ts') },
  },
};

/** Every word that may follow `taskcluster`, in the order of the help. */
export const commands: Readonly<Record<string, Verb | Noun>> = {
  up: { summary: 'Start the platform on this machine, with a worker and a web page.', load: () => import('./up.ts') },
  run: { summary: 'Run a command as a task and follow its log.', load: () => import('./run.ts') },
  log: { summary: 'The log of a task; --follow while it grows.', load: () => import('./log.ts') },
  why: { summary: 'Why a task is not running.', load: () => import('./why.ts') },
  task,
  group,
  scopes,
  api: { summary: 'Call any method of any service.', load: () => import('./api.ts') },
  worker: { summary: 'Start a worker that takes tasks from a queue.', load: () => import('./worker.ts') },
  'signin-link': { summary: 'A new one-time link to sign in to the web page.', load: () => import('./signin-link.ts') },
  completion: { summary: 'Completion of words for bash, zsh or fish.', load: () => import('./completion.ts') },
  version: { summary: 'The version of this program.', load: () => import('./version.ts') },
};

export const isNoun = (entry: Verb | Noun): entry is Noun => 'verbs' in entry;
