import { setMaxListeners } from 'node:events';
import { http } from '@taskcluster/client';
import { type ClaimedTask, queue } from '@taskcluster/contracts';
import { followCancellations } from './claim/cancellation.ts';
import { type Claim, takeClaim } from './claim/claim.ts';
import { claimTasks } from './claim-loop.ts';
import { takeTasksDir } from './folder/tasks-dir.ts';
import { defaultSettings, type RunningWorker, type WorkerOptions } from './options.ts';
import { startGuard } from './process/guard.ts';
import { clearLeftovers } from './process/leftovers.ts';
import { openPipeFiles } from './process/pipe-files.ts';
import { Problem } from './task/problem.ts';
import { runTask } from './task/run.ts';

/**
 * Starts a worker, which claims tasks and runs them until it is stopped. Throws at once when its folder cannot be used; after that
 * nothing is thrown: what goes wrong with a task is the end of that task, and a platform that does not answer is asked again.
 */
export const startWorker = (options: WorkerOptions): RunningWorker => {
  const { log } = options;
  const tasksDir = takeTasksDir(options.tasksDir);
  const stopping = aborter();
  const shutdown = aborter();
  // Ends what goes on as long as tasks run.
  const ended = aborter();
  const tasks = runningTasks({ ...options, stopping: stopping.signal });
  const guard = startGuard(log);
  const work = async () => {
    const settings = { ...defaultSettings, ...options.settings };
    await clearLeftovers(tasksDir, { log, cleanUpTaskDirs: options.cleanUpTaskDirs ?? true });
    const pipes = await openPipeFiles(tasksDir.pipes);
    const hearing = followCancellations({ ...options, signal: ended.signal, claims: tasks.claims });
    await claimTasks({
      ...options,
      queue: http(queue, options),
      signal: stopping.signal,
      backOff: { firstMs: settings.firstBackOffMs, maxMs: settings.maxBackOffMs },
      free: () => options.capacity - tasks.claims().length,
      freed: tasks.oneEnded,
      onRefused: (error) => options.onRefused?.(error),
      start: (claimed) =>
        tasks.start(claimed, (claim, log) =>
          runTask({ claimed, claim, log, options, settings, tasksDir, guard, pipes, shutdown: shutdown.signal }),
        ),
    });
    await tasks.allEnded();
    ended.abort();
    await hearing;
  };
  log.info({ taskQueueId: options.taskQueueId, capacity: options.capacity }, 'the worker is looking for tasks');
  const done = work()
    .catch((err: unknown) => log.error({ err }, 'the worker ended because of an unexpected error'))
    .finally(() => {
      ended.abort();
      guard.close();
      tasksDir.release();
    });
  return {
    done,
    stop: async ({ finishTasks = false } = {}) => {
      stopping.abort();
      if (!finishTasks) shutdown.abort(new Problem('worker-shutdown', 'graceful termination requested, without time to finish tasks'));
      await done;
    },
    status: () => ({ running: tasks.claims().map(({ taskId }) => taskId) }),
  };
};

/** Many listen to these, which is no leak. */
const aborter = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};

interface RunningTasks {
  claims(): readonly Claim[];
  start(claimed: ClaimedTask, run: (claim: Claim, log: WorkerOptions['log']) => Promise<void>): void;
  /** Answers when the next task has ended, or the worker is stopping. */
  oneEnded(): Promise<void>;
  allEnded(): Promise<void>;
}

const runningTasks = ({ rootUrl, log, onTasks, onIdle, stopping }: WorkerOptions & { readonly stopping: AbortSignal }): RunningTasks => {
  const running = new Map<Claim, Promise<void>>();
  let wake: (() => void) | undefined;
  stopping.addEventListener('abort', () => wake?.(), { once: true });
  const changed = () => {
    try {
      onTasks?.([...running.keys()].map(({ taskId }) => taskId));
      if (running.size === 0) onIdle?.();
    } catch (err) {
      log.error({ err }, 'a listener to the running tasks failed');
    }
  };
  return {
    claims: () => [...running.keys()],
    start: (claimed, run) => {
      const taskLog = log.child({ taskId: claimed.status.taskId, runId: claimed.runId });
      const claim = takeClaim(claimed, { rootUrl, log: taskLog });
      taskLog.info({ takenUntil: claim.takenUntil }, 'claimed a task');
      const ended = run(claim, taskLog)
        .catch((err: unknown) => taskLog.error({ err }, 'the worker lost a task because of an unexpected error'))
        .then(() => {
          running.delete(claim);
          wake?.();
          changed();
        });
      running.set(claim, ended);
      changed();
    },
    // Not a race of promises: each would add to those that live as long as the worker.
    oneEnded: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (stopping.aborted) resolve();
      }),
    allEnded: async () => {
      await Promise.all(running.values());
    },
  };
};
