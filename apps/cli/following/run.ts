import type { TaskStatus } from '@taskcluster/contracts';
import type { Connection } from '../platform/connection.ts';
import { CommandError, exit } from '../exit.ts';
import { findLog, type LogNames, type LogReader, writeLive, writeRest } from './log.ts';
import { isResolved, type Run, taskStatuses } from './task.ts';

export interface FollowOptions {
  readonly connection: Connection;
  readonly taskId: string;
  /** Absent: the latest run, and every one that comes after it. */
  readonly runId?: number | undefined;
  readonly names: LogNames;
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Told of each change. */
  readonly onStatus?: (status: TaskStatus) => void;
  /** Told when a run has ended and another one is to come. */
  readonly onRetry?: (run: Run) => void;
  /** Told when a run is over and there is no log of it. */
  readonly onMissingLog?: () => void;
}

/**
 * Writes the log of a task while it runs and answers its last status when it is over. A run that is tried again is followed by the log of
 * its next one. Nothing is left out and nothing written twice, whether the bytes come from the live log or the stored one.
 */
export const followTask = async (options: FollowOptions): Promise<TaskStatus> => {
  const first = options.runId ?? Math.max(0, (await options.connection.queue.status({ taskId: options.taskId })).status.runs.length - 1);
  for (let runId = first; ; runId++) {
    const status = await followRun(options, runId);
    const run = status.runs[runId];
    if (!run || options.runId !== undefined || (isResolved(status) && status.runs.length === runId + 1)) return status;
    options.onRetry?.(run);
  }
};

const followRun = async (options: FollowOptions, runId: number): Promise<TaskStatus> => {
  const { connection, taskId, names, write, onStatus } = options;
  const reader: LogReader = { connection, taskId, runId: String(runId), names, write, written: 0 };
  const watching = new AbortController();
  const reading = new AbortController();
  let live: Promise<void> | undefined;
  try {
    for await (const status of taskStatuses(connection, taskId, watching.signal)) {
      onStatus?.(status);
      const run = status.runs[runId];
      if (run && isResolved(run)) {
        reading.abort();
        await live;
        // A run that no worker ever had has no log.
        if (run.started && !(await writeRest(reader))) options.onMissingLog?.();
        return status;
      }
      if (isResolved(status)) return status;
      const place = run?.state === 'running' && !live ? await findLog(reader, reading.signal) : undefined;
      if (place) live = writeLive(reader, place, reading.signal);
    }
  } finally {
    watching.abort();
    reading.abort();
  }
  throw new CommandError(
    `Task ${taskId} could not be followed to its end. Ask for its status with "taskcluster task status ${taskId}".`,
    exit.unreachable,
  );
};
