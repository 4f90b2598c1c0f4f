import { setMaxListeners } from 'node:events';
import type { ClaimedTask } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import { publishArtifacts } from '../artifacts/publish.ts';
import type { Claim } from '../claim/claim.ts';
import { keepReclaiming } from '../claim/reclaim.ts';
import { folderName, makeTaskFolder, type TaskFolder } from '../folder/task-folder.ts';
import type { TasksDir } from '../folder/tasks-dir.ts';
import { openTaskLog, type TaskLog } from '../log/task-log.ts';
import type { WorkerOptions, WorkerSettings } from '../options.ts';
import type { Guard } from '../process/guard.ts';
import type { PipeFiles } from '../process/pipe-files.ts';
import { taskProcesses } from '../process/task-processes.ts';
import { runCommands } from './commands.ts';
import { taskEnvironment } from './environment.ts';
import { deadlineAfter } from './grace.ts';
import { keepLogs } from './logs.ts';
import { defaultLogs, type Plan, readPayload } from './payload.ts';
import { messageOf, Problem, problemOf, type Resolution } from './problem.ts';
import { report } from './report.ts';
import { sayBeginning, sayEnd } from './words.ts';

export interface TaskContext {
  readonly options: WorkerOptions;
  readonly settings: WorkerSettings;
  readonly tasksDir: TasksDir;
  readonly guard: Guard;
  readonly pipes: PipeFiles;
  /** The worker's log, which names the run on every line. */
  readonly log: Log;
  /** Aborted when the worker has to stop at once; its reason is a Problem. */
  readonly shutdown: AbortSignal;
}

/** One claimed run, and everything about it. */
export interface TaskRun extends TaskContext {
  readonly claimed: ClaimedTask;
  readonly claim: Claim;
}

/** Runs a claimed task to its end and reports it. Never rejected: whatever goes wrong concerns this task alone. */
export const runTask = async (run: TaskRun): Promise<void> => {
  const { claim, log, settings } = run;
  const over = new AbortController();
  const reclaiming = keepReclaiming(claim, { reclaimBeforeMs: settings.reclaimBeforeMs, log, signal: over.signal });
  let folder: TaskFolder | undefined;
  let resolution: Resolution;
  try {
    folder = await taskFolder(run);
    resolution = await inFolder(run, folder);
  } catch (err) {
    log.error({ err }, 'the task could not be run');
    resolution = problemOf(err).resolution;
  }
  over.abort();
  await reclaiming;
  if (!claim.lost.aborted) {
    claim.settle();
    using stop = deadlineAfter([{ signal: run.shutdown, ms: settings.shutdownMs }]);
    await report(claim, resolution, { log, signal: stop.signal });
  }
  await folder
    ?.remove(run.options.cleanUpTaskDirs ?? true)
    .catch((err: unknown) => log.warn({ err }, 'the folder of the task cannot be removed; the disk may fill up'));
};

const taskFolder = async ({ claim, tasksDir }: TaskRun): Promise<TaskFolder> => {
  try {
    return await makeTaskFolder(tasksDir, folderName(claim.taskId, claim.runId));
  } catch (err) {
    throw new Problem('resource-unavailable', `The folder of the task cannot be made: ${messageOf(err)}.`, { cause: err });
  }
};

// How long the log of a canceled task may take to upload. The queue accepts it for 25 minutes (artifacts.md, section 2).
const lostMs = 30_000;

/** Everything between the claim and the report; the log is complete and uploaded when it answers. */
const inFolder = async (run: TaskRun, folder: TaskFolder): Promise<Resolution> => {
  const { claim, claimed, settings, shutdown } = run;
  const began = performance.now();
  const log = await openTaskLog(folder.logFile);
  using uploadsEnd = deadlineAfter([
    { signal: shutdown, ms: settings.shutdownMs },
    { signal: claim.lost, ms: lostMs },
  ]);
  try {
    sayBeginning(log, run);
    const { plan, problems: refusals } = planOf(run);
    const logs = keepLogs({
      run,
      log,
      names: plan?.logs ?? defaultLogs,
      maxRunTimeSeconds: plan?.maxRunTimeSeconds ?? 0,
      uploading: { claim, temporaryFiles: folder.workerFiles, partsFromBytes: settings.partsFromBytes, signal: uploadsEnd.signal },
      taskExpires: claimed.status.expires,
    });
    const problems = plan ? await carryOut({ run, folder, log, plan }) : refusals;
    sayEnd(log, { problems, ms: performance.now() - began });
    await log.finish();
    const [first] = [...problems, ...(await logs.keep())];
    return first?.resolution ?? 'completed';
  } finally {
    await log.close();
  }
};

const planOf = ({ claimed, settings, log }: TaskRun): { readonly plan?: Plan; readonly problems: readonly Problem[] } => {
  try {
    return { plan: readPayload(claimed, settings), problems: [] };
  } catch (err) {
    return { problems: [expected(err, log)] };
  }
};

/** A problem for the task's log; one that is the worker's fault also goes into the worker's log, with its origin. */
const expected = (err: unknown, log: Log): Problem => {
  if (!(err instanceof Problem)) log.error({ err }, 'an unexpected error ended the task');
  return problemOf(err);
};

interface Carrying {
  readonly run: TaskRun;
  readonly folder: TaskFolder;
  readonly log: TaskLog;
  readonly plan: Plan;
}

/** Commands, then artifacts. Answers what went wrong, in order. */
const carryOut = async ({ run, folder, log, plan }: Carrying): Promise<readonly Problem[]> => {
  const { claim, claimed, guard, options, pipes, shutdown } = run;
  const problems: Problem[] = [];
  const signal = AbortSignal.any([claim.lost, shutdown]);
  // Ten uploads at a time, each with a listener or two.
  setMaxListeners(0, signal);
  const environment = taskEnvironment({
    worker: options.environment ?? process.env,
    payload: plan.environment,
    taskId: claim.taskId,
    runId: claim.runId,
    taskGroupId: claimed.task.taskGroupId,
    rootUrl: options.rootUrl,
    folder: folder.path,
  });
  for (const warning of plan.warnings) log.say('warn', warning);
  const processes = taskProcesses({ guard, workerFiles: folder.workerFiles });
  try {
    await runCommands({ plan, environment, folder: folder.path, pipes, log, processes, signal });
  } catch (err) {
    problems.push(expected(err, run.log));
  }
  // A run that is not ours any more, or is about to be repeated, leaves no artifacts but its log.
  if (signal.aborted) return problems;
  try {
    const to = { claim, temporaryFiles: folder.workerFiles, partsFromBytes: run.settings.partsFromBytes };
    problems.push(...(await publishArtifacts(plan.artifacts, { ...to, signal, log, folder: folder.path })));
    signal.throwIfAborted();
  } catch (err) {
    problems.unshift(expected(err, run.log));
  }
  return problems;
};
