import { createTemporaryCredentials, type Credentials } from '@taskcluster/client';
import type { TaskCredentials } from '@taskcluster/contracts';
import type { Task } from './domain/task.ts';

export interface CredentialsRequest {
  readonly task: Pick<Task, 'taskId'>;
  readonly runId: number;
  readonly workerGroup: string;
  readonly workerId: string;
  readonly takenUntil: string;
  /** The scopes that the task's author gave it. */
  readonly scopes: readonly string[];
}
export type IssueCredentials = (request: CredentialsRequest) => TaskCredentials;

/**
 * Credentials of a claim (queue.md, section 7): valid until the claim ends, for this run and for what the task itself may do.
 * `now` is the time in milliseconds.
 */
export const taskCredentials =
  (issuer: Credentials, now: () => number): IssueCredentials =>
  ({ task: { taskId }, runId, workerGroup, workerId, takenUntil, scopes }) => {
    const expiry = new Date(takenUntil);
    const run = `${taskId}/${runId}`;
    return createTemporaryCredentials({
      credentials: issuer,
      clientId: `task-client/${run}/on/${workerGroup}/${workerId}/until/${expiry.getTime() / 1000}`,
      scopes: [`queue:reclaim-task:${run}`, `queue:resolve-task:${run}`, `queue:create-artifact:${run}`, ...scopes],
      // Also when the claim is about to end: credentials that do not last at all cannot be made.
      start: new Date(Math.min(now(), expiry.getTime() - 1)),
      expiry,
    });
  };
