import { type ClaimedTask, type TaskDefinition } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import type { ClaimRequest } from './claim-line.ts';
import { type Change, claim } from './domain/life-cycle.ts';
import { priorityOf, statusOf, type Task } from './domain/task.ts';
import { takePending } from './store/claims.ts';
import { applyChanges } from './transitions.ts';
import type { IssueCredentials } from './task-credentials.ts';

export interface ClaimerOptions {
  readonly db: Database;
  readonly claimTimeoutMs: number;
  readonly issueCredentials: IssueCredentials;
}

interface Claimed {
  readonly task: Task;
  readonly definition: TaskDefinition;
  readonly request: ClaimRequest;
}

/**
 * Claims pending runs of a queue for waiting requests: the first request gets as many as it asked for, then the next.
 * Entries that turned out to be out of date are gone, and the place is tried again.
 */
export const claimer =
  ({ db, claimTimeoutMs, issueCredentials }: ClaimerOptions) =>
  async (taskQueueId: string, requests: readonly ClaimRequest[]): Promise<ClaimedTask[][]> => {
    // One slot for each task that somebody wants, in the order in which they came.
    const slots = requests.flatMap((request) => Array.from({ length: request.tasks }, () => request));
    const claimed = await db.tx(async (tx) => {
      const won: Claimed[] = [];
      for (;;) {
        const wanted = slots.length - won.length;
        if (wanted === 0) return won;
        const taken = await takePending(tx, taskQueueId, wanted);
        const changes: Change[] = [];
        for (const { runId, now, definition, ...task } of taken) {
          const request = slots[won.length];
          if (!request) break;
          const { workerGroup, workerId } = request;
          const decision = claim(task, { runId, workerGroup, workerId, claimTimeoutMs }, now);
          if ('refused' in decision) continue;
          changes.push(decision);
          won.push({ task: decision.task, definition: definition as TaskDefinition, request });
        }
        await applyChanges(tx, changes, taken[0]?.now ?? '');
        if (taken.length < wanted || changes.length === taken.length) return won;
      }
    });
    return requests.map((request) => claimed.filter((c) => c.request === request).map((c) => answerOf(c, issueCredentials)));
  };

const answerOf = ({ task, definition, request: { workerGroup, workerId } }: Claimed, issueCredentials: IssueCredentials): ClaimedTask => {
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
