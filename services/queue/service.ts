import type { Client, Credentials } from '@taskcluster/client';
import type { Config } from '@taskcluster/config';
import type { ClaimedTask, object, TaskDefinition, TaskStatus } from '@taskcluster/contracts';
import { batched, type Database, type Outcome } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import type { ArtifactStore } from '@taskcluster/service';
import { claimer } from './claim.ts';
import { type ClaimRoom, openClaimRoom } from './claim-room.ts';
import { type CreateRequest, creations } from './create.ts';
import type { DefinitionLimits } from './domain/definition.ts';
import { priorityOf, type Task } from './domain/task.ts';
import { createThrottle } from './domain/throttle.ts';
import type { WorkerKey } from './domain/worker.ts';
import type { settings } from './settings.ts';
import { findFullTasks, findTasks } from './store/tasks.ts';
import { recordClaims } from './store/workers.ts';
import { type IssueCredentials, taskCredentials } from './task-credentials.ts';
import { type Transition, transitions } from './transitions.ts';

/** What the queue needs from the process that it runs in. */
export interface QueueParts {
  readonly db: Database;
  readonly log: Log;
  readonly config: Config<typeof settings>;
  readonly rootUrl: string;
  readonly now: () => number;
  /** The queue's own permanent credentials: they issue those of tasks. */
  readonly credentials: Credentials;
  readonly object: Client<typeof object>;
  readonly artifacts: ArtifactStore;
}

/** The running queue. */
export interface QueueService extends QueueParts {
  readonly limits: DefinitionLimits;
  /** Creates a task; requests that arrive together share a transaction. */
  readonly createTask: (request: CreateRequest) => Promise<TaskStatus>;
  /** Applies a decision of the life cycle to a task; requests that arrive together share a transaction. */
  readonly transit: (transition: Transition) => Promise<Task>;
  /** Reads a task; reads that arrive together share a statement. */
  readonly findTask: (taskId: string) => Promise<Task | undefined>;
  readonly findDefinition: (taskId: string) => Promise<TaskDefinition | undefined>;
  readonly claims: ClaimRoom<ClaimedTask>;
  readonly issueCredentials: IssueCredentials;
  /** Notes that a worker was here. Written at most once in a while for each worker (`workerInfoMs`). */
  readonly seen: (worker: WorkerKey) => Promise<void>;
}

const reading = <T extends { readonly taskId: string }, R>(
  find: (taskIds: readonly string[]) => Promise<readonly T[]>,
  answer: (row: T) => R,
) =>
  batched<string, R | undefined>({
    run: async (taskIds): Promise<Outcome<R | undefined>[]> => {
      const rows = new Map((await find([...new Set(taskIds)])).map((row) => [row.taskId, row]));
      return taskIds.map((id) => {
        const row = rows.get(id);
        return { value: row === undefined ? undefined : answer(row) };
      });
    },
  });

export const createQueue = (parts: QueueParts): QueueService => {
  const { db, log, config, credentials, now } = parts;
  const issueCredentials = taskCredentials(credentials, now);
  return {
    ...parts,
    limits: { maxDependencies: config.maxDependencies, maxDeadlineMs: config.maxTaskDeadlineMs },
    createTask: creations(db),
    transit: transitions(db),
    findTask: reading(
      (ids) => findTasks(db.steady, ids),
      (task): Task => task,
    ),
    findDefinition: reading(
      (ids) => findFullTasks(db.steady, ids),
      (row) => ({ ...(row.definition as TaskDefinition), priority: priorityOf(row.rank) }),
    ),
    claims: openClaimRoom({
      db,
      log,
      pollMs: config.claimPollMs,
      claim: claimer({ db, workerInfoMs: config.workerInfoMs, issueCredentials }),
    }),
    issueCredentials,
    seen: noticing(parts),
  };
};

const noticing = ({ db, config: { workerInfoMs: everyMs }, now }: QueueParts): QueueService['seen'] => {
  const throttle = createThrottle(everyMs);
  return async ({ taskQueueId, workerGroup, workerId }) => {
    const key = `${taskQueueId}/${workerGroup}/${workerId}`;
    if (!throttle.due(key, now())) return;
    try {
      await recordClaims(db, { taskQueueId, workers: [{ workerGroup, workerId, runs: [] }], everyMs });
    } catch (err) {
      throttle.forget(key);
      throw err;
    }
  };
};
