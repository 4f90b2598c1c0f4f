import type { Uploading } from '../artifacts/upload.ts';
import { uploadBackingLog } from '../log/backing.ts';
import { startLiveLog } from '../log/live.ts';
import type { TaskLog } from '../log/task-log.ts';
import type { LogPlan } from './payload.ts';
import { type Problem, problemOf } from './problem.ts';
import type { TaskRun } from './run.ts';

export interface LogsOptions {
  readonly run: TaskRun;
  readonly log: TaskLog;
  readonly names: LogPlan;
  readonly maxRunTimeSeconds: number;
  readonly uploading: Uploading;
  readonly taskExpires: string;
}

export interface Logs {
  /** Uploads the log, which has to be complete, and makes the live log a link to it. Answers what went wrong. Never rejected. */
  keep(): Promise<readonly Problem[]>;
}

/** Lets the log be followed from now on, and keeps it at the end: both only as far as the task wants it. */
export const keepLogs = ({ run, log, names, maxRunTimeSeconds, uploading, taskExpires }: LogsOptions): Logs => {
  const { options, settings, claim } = run;
  const { signal } = uploading;
  const live =
    names.live === undefined
      ? undefined
      : startLiveLog({
          claim,
          log,
          name: names.live,
          rootUrl: options.rootUrl.replace(/\/+$/, ''),
          maxRunTimeSeconds,
          taskExpires,
          flushMs: settings.logFlushMs,
          afterMs: settings.liveLogAfterMs,
          signal,
        });
  const backing = names.backing === undefined ? undefined : { name: names.backing, expires: taskExpires };
  const linked = async () => {
    await live?.finish(backing);
    return [];
  };
  const uploaded = async () => {
    if (backing) await uploadBackingLog(log, { ...backing, uploading });
    return [];
  };
  return {
    keep: async () => {
      // The link may come first: it leads nowhere for a moment, which the queue allows.
      const linking = linked().catch((err: unknown) => run.log.warn({ err }, 'the live log could not be ended properly'));
      const uploading = uploaded().catch((err: unknown) => {
        run.log.warn({ err }, 'the log could not be uploaded');
        return [problemOf(err)];
      });
      await linking;
      return uploading;
    },
  };
};
