import type { CallError, Credentials } from '@taskcluster/client';
import type { Log } from '@taskcluster/log';

/** How a worker behaves in time. All times are in milliseconds unless the name says otherwise. */
export interface WorkerSettings {
  /** How long before its end a claim is prolonged; one shorter than one and a half times this, after a third of its length. */
  readonly reclaimBeforeMs: number;
  /** The largest `maxRunTime` that a payload may ask for, in seconds. */
  readonly maxTaskRunTime: number;
  /** A running task's log is sent to the platform at most this often. */
  readonly logFlushMs: number;
  /** A task that ends sooner than this gets its log in one piece, without a stream. */
  readonly liveLogAfterMs: number;
  /** How long a worker that is told to stop at once may take to upload the logs of its tasks, and to report them. */
  readonly shutdownMs: number;
  /** Artifacts of this size or larger are uploaded in parts where the platform offers it, so that a broken connection costs one part. */
  readonly partsFromBytes: number;
  /** The pause after the first failed request for work; it doubles with each further failure. */
  readonly firstBackOffMs: number;
  readonly maxBackOffMs: number;
}

export const defaultSettings: WorkerSettings = {
  reclaimBeforeMs: 180_000,
  maxTaskRunTime: 86_400,
  logFlushMs: 200,
  liveLogAfterMs: 100,
  shutdownMs: 10_000,
  partsFromBytes: 256 * 1024 ** 2,
  firstBackOffMs: 1_000,
  maxBackOffMs: 30_000,
};

export interface WorkerOptions {
  readonly rootUrl: string;
  /**
   * Of the worker itself: `queue:claim-work:<queue>`, `queue:worker-id:<group>/<id>`, and `web:read-pulse` to hear of cancellations
   * at once. Everything about a task is done with the credentials of that task.
   */
  readonly credentials: Credentials;
  /** `<provisionerId>/<workerType>`. */
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
  /** How many tasks are run at a time. */
  readonly capacity: number;
  /** Tasks get their folders in here. No two workers may share it. */
  readonly tasksDir: string;
  readonly log: Log;
  /** Whether a task's folder is deleted when the task is over; true unless told. */
  readonly cleanUpTaskDirs?: boolean;
  readonly settings?: Partial<WorkerSettings>;
  /** What the environment of tasks begins with, before secrets are taken out; `process.env` unless told. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Called with the ids of the running tasks whenever there is one more or one less. */
  readonly onTasks?: (running: readonly string[]) => void;
  /** Called whenever the last running task has ended. */
  readonly onIdle?: () => void;
  /** Called whenever the platform refuses to give this worker tasks (401, 403, 404). The worker goes on asking, ever more slowly. */
  readonly onRefused?: (error: CallError) => void;
}

export interface StopOptions {
  /** Let the running tasks end by themselves. Otherwise they are killed and reported as `worker-shutdown`, so that they are retried. */
  readonly finishTasks?: boolean;
}

export interface RunningWorker {
  /** Stops claiming, ends the running tasks, and answers when all of them are reported. It may be called again, to be less patient. */
  stop(options?: StopOptions): Promise<void>;
  /** Settles when the worker has ended. It is never rejected. */
  readonly done: Promise<void>;
  status(): { readonly running: readonly string[] };
}
