import { type Client, http } from '@taskcluster/client';
import { queue, type TaskStatus } from '@taskcluster/contracts';

const timeoutMs = 5_000;

/** The status of a task: asked without credentials, as anyone may in most deployments, else with the task's. Undefined if nobody tells. */
export const statusOf = async (
  taskId: string,
  { rootUrl, withTask }: { readonly rootUrl: string; readonly withTask: Client<typeof queue> },
): Promise<TaskStatus | undefined> => {
  for (const client of [http(queue, { rootUrl }), withTask]) {
    try {
      return (await client.status({ taskId }, undefined, { retries: 1, timeoutMs })).status;
    } catch {
      // Refused or out of reach: the next one.
    }
  }
  return undefined;
};
