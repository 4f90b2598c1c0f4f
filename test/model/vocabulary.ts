/** What the model and the engine are asked, and what both say. Plain data, so that a failure can be read and a race can be replayed. */
export interface Definition {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly taskGroupId: string;
  readonly schedulerId: string;
  readonly projectId: string;
  readonly dependencies: readonly string[];
  readonly requires: string;
  readonly priority: string;
  readonly retries: number;
  readonly created: string;
  readonly deadline: string;
  readonly expires: string;
  readonly scopes: readonly string[];
  readonly routes: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly payload: object;
}
export interface Run {
  readonly runId: number;
  readonly reasonCreated: string;
  readonly scheduled: string;
  state: string;
  reasonResolved?: string;
  workerGroup?: string;
  workerId?: string;
  takenUntil?: string;
  started?: string;
  resolved?: string;
}
export interface Status {
  readonly taskId: string;
  readonly state: string;
  readonly retriesLeft: number;
  readonly runs: readonly Run[];
  readonly [other: string]: unknown;
}
/** A message as both sides see it; `about` is the task or the group. */
export interface Message {
  readonly about: string;
  readonly name: string;
  readonly key: string;
  readonly cc: readonly string[];
  readonly payload: object;
}

export type Action =
  | { readonly do: 'create'; readonly definition: Definition }
  /** Many tasks at once: all of them or none. */
  | { readonly do: 'createAll'; readonly definitions: readonly Definition[] }
  | { readonly do: 'schedule' | 'rerun' | 'cancel'; readonly taskId: string }
  | { readonly do: 'priority'; readonly taskId: string; readonly priority: string }
  | { readonly do: 'groupPriority'; readonly taskGroupId: string; readonly priority: string }
  | { readonly do: 'seal' | 'cancelGroup'; readonly taskGroupId: string }
  | { readonly do: 'claimWork'; readonly taskQueueId: string; readonly worker: string; readonly tasks: number }
  | { readonly do: 'claimTask'; readonly taskId: string; readonly runId: number; readonly worker: string }
  /** `asRun`: the run that the caller's credentials are for. */
  | { readonly do: 'reclaim'; readonly taskId: string; readonly runId: number; readonly asRun: number }
  | { readonly do: 'report'; readonly taskId: string; readonly runId: number; readonly asRun: number; readonly as: string }
  | { readonly do: 'quarantine'; readonly taskQueueId: string; readonly worker: string; readonly until: string }
  /** Lists the workers of a queue: all, or only those that are quarantined, or that are not. */
  | { readonly do: 'workers'; readonly taskQueueId: string; readonly quarantined?: boolean }
  /** The worker manager announces that a worker is gone. */
  | { readonly do: 'gone'; readonly taskQueueId: string; readonly worker: string; readonly how: 'worker-stopped' | 'worker-removed' }
  /** The queue handles such announcements. */
  | { readonly do: 'deliver' }
  /** Everything that happens in the background, deliveries too. */
  | { readonly do: 'loops' };

/** `ok`, or the code of the refusal. */
export interface Answer {
  readonly code: string;
  readonly body?: unknown;
}
export type Expected = Answer;
