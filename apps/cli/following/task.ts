import type { TaskStatus } from '@taskcluster/contracts';
import type { Connection } from '../platform/connection.ts';
import { changes } from './changes.ts';

const queueExchange = 'exchange/taskcluster-queue/v1/';
export const taskExchanges = ['task-defined', 'task-pending', 'task-running', 'task-completed', 'task-failed', 'task-exception'] as const;

export type Run = TaskStatus['runs'][number];

/** Whether the task is over, unless somebody reruns it. */
export const isResolved = ({ state }: { readonly state: string }): boolean =>
  state === 'completed' || state === 'failed' || state === 'exception';

/** Yields the status of a task at the start and after everything that happened to it, artifacts without an upload included. */
export async function* taskStatuses(connection: Connection, taskId: string, signal: AbortSignal): AsyncGenerator<TaskStatus> {
  const bindings = [...taskExchanges, 'artifact-created'].map((exchange) => `${queueExchange}${exchange}:primary.${taskId}.#`);
  for await (const change of changes(connection, bindings, signal)) {
    const told = (change?.payload as { readonly status?: TaskStatus } | undefined)?.status;
    yield told ?? (await connection.queue.status({ taskId }, undefined, { signal })).status;
  }
}

/** The bindings for all tasks of a group: its id is the ninth field of the routing key. */
export const groupBindings = (taskGroupId: string): readonly string[] =>
  taskExchanges.map((exchange) => `${queueExchange}${exchange}:primary.${'*.'.repeat(7)}${taskGroupId}.#`);
