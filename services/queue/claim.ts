import { type ClaimedTask, type TaskDefinition } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import type { Claim, ClaimRequest } from './claim-line.ts';
import { type Change, claim } from './domain/life-cycle.ts';
import { priorityOf, statusOf, type Task } from './domain/task.ts';
import { claimsByWorker } from './domain/worker.ts';
import { takePending } from './store/claims.ts';
import { applyChanges } from './transitions.ts';
import type { IssueCredentials } from './task-credentials.ts';

export interface ClaimerOptions {
  readonly db: Database;
  /** How often a queue is written to be in use, in milliseconds. */
  readonly workerInfoMs: number;
  readonly issueCredentials: IssueCredentials;
}

/** A run that a request got. */
export interface Claimed {
  readonly task: Task;
  readonly definition: TaskDefinition;
  readonly request: Pick<ClaimRequest, 'workerGroup' | 'workerId'>;
}

/**
 * Claims pending runs of a queue for waiting requests: the first request gets as many as it asked for, then the next.
 * Entries that turned out to be out of date are gone, and the place is tried again. A quarantined worker gets `undefined`.
 */
export const claimer =
  ({ db, workerInfoMs, issueCredentials }: ClaimerOptions): Claim<ClaimedTask> =>
  async (taskQueueId, requests) => {
    const { won, quarantined } = await db.steady.tx(async (tx) => {
      const wins: Claimed[] = [];
      for (;;) {
        const open = stillAsking(requests, wins);
        const { taken, quarantined: refused } = await takePending(tx, taskQueueId, open);
        const slots = open.flatMap(({ request, tasks }, i) => (refused.has(i) ? [] : Array.from({ length: tasks }, () => request)));
        const wanted = slots.length;
        const claims = taken.flatMap(({ runId, now, definition, quarantined: _, ...task }) => {
          const request = slots[0];
          if (!request) return [];
          const { workerGroup, workerId, claimMs } = request;
          const change = claim(task, { runId, workerGroup, workerId, claimTimeoutMs: claimMs }, now);
          if ('refused' in change) return [];
          slots.shift();
          return [{ change, won: { task: change.task, definition: definition as TaskDefinition, request } }];
        });
        const changes: Change[] = claims.map((c) => c.change);
        wins.push(...claims.map((c) => c.won));
        const workers = claimsByWorker(claims.map((c) => runOf(c.won)));
        const last = taken.length < wanted || changes.length === taken.length;
        await applyChanges(tx, changes, taken[0]?.now ?? '', { claims: { taskQueueId, workers, everyMs: workerInfoMs }, last });
        if (last) return { won: wins, quarantined: new Set([...refused].map((i) => open[i]?.request)) };
      }
    }, 'queue.claim');
    return requests.map((request) =>
      quarantined.has(request) ? undefined : won.filter((c) => c.request === request).map((c) => answerOf(c, issueCredentials)),
    );
  };

/** What each request still wants. Places stay: a request that has all it asked for wants nothing. */
const stillAsking = (requests: readonly ClaimRequest[], won: readonly Claimed[]) =>
  requests.map((request) => {
    const { workerGroup, workerId } = request;
    return { request, workerGroup, workerId, tasks: request.tasks - won.filter((c) => c.request === request).length };
  });

const runOf = ({ task, request: { workerGroup, workerId } }: Claimed) => ({
  workerGroup,
  workerId,
  taskId: task.taskId,
  runId: task.runs.length - 1,
});

export const answerOf = (
  { task, definition, request: { workerGroup, workerId } }: Claimed,
  issueCredentials: IssueCredentials,
): ClaimedTask => {
  const run = task.runs.at(-1);
  const { runId = 0, takenUntil = '' } = run ?? {};
  const credentials = issueCredentials({ task, runId, workerGroup, workerId, takenUntil, scopes: definition.scopes ?? [] });
  return {
    status: statusOf(task),
    runId,
    workerGroup,
    workerId,
    takenUntil,
    task: { ...definition, priority: priorityOf(task.rank) },
    credentials,
  };
};
