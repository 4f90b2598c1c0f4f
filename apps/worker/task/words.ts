import { arch, platform, release } from 'node:os';
import { durationText } from '../log/lines.ts';
import type { TaskLog } from '../log/task-log.ts';
import type { Problem } from './problem.ts';
import type { TaskRun } from './run.ts';

/** The first lines of every log (worker.md, section 8): where the task runs, and what it is. */
export const sayBeginning = (log: TaskLog, { options, claim }: TaskRun): void => {
  const { taskQueueId, workerGroup, workerId } = options;
  const about = {
    worker: { engine: 'insecure', workerGroup, workerId, node: process.version, os: platform(), release: release(), arch: arch() },
  };
  log.say('info', `Worker Type (${taskQueueId}) settings:\n${JSON.stringify(about, undefined, 2)}`);
  log.say('info', `Task ID: ${claim.taskId}\nRun ID: ${claim.runId}`);
  log.say('info', '=== Task Starting ===');
};

/** The last lines: how long it took, and the first problem, which decides. */
export const sayEnd = (log: TaskLog, { problems, ms }: { readonly problems: readonly Problem[]; readonly ms: number }): void => {
  const [first] = problems;
  if (first?.details !== undefined) log.say('info', first.details);
  log.say('info', '=== Task Finished ===');
  log.say('info', `Task Duration: ${durationText(ms)}`);
  if (first) log.say('error', first.message);
};
