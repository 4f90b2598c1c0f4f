import type { Run } from '@taskcluster/contracts';
import type { Task } from '../../domain/task.ts';
import type { Artifact } from './artifact.ts';
import { conflict, inputError, type Refusal } from './refusal.ts';

// Clocks of workers differ from ours by this much at most.
const driftMs = 15 * 60_000;
// A worker that was told to stop has this long to upload what it has.
const afterExceptionMs = 25 * 60_000;

/** Why a run takes no artifact now (artifacts.md, section 2, steps 1 to 4); undefined when it does. */
export const refuseCreation = (artifact: Artifact, task: Task, now: string): Refusal | undefined => {
  const { taskId, runId } = artifact;
  const [nowMs, expiresMs] = [Date.parse(now), Date.parse(artifact.expires)];
  if (expiresMs < nowMs - driftMs)
    return inputError(`The artifact expires at ${artifact.expires}, which is in the past; it is ${now}. Give a later time.`);
  const run = task.runs[runId];
  if (!run) return inputError(`Task ${taskId} has no run ${runId}; it has ${task.runs.length}.`);
  if (!wasClaimed(run))
    return inputError(`Run ${runId} of task ${taskId} was never claimed by a worker. Only a worker's run has artifacts.`);
  if (expiresMs > Date.parse(task.expires)) {
    return inputError(
      `The artifact expires at ${artifact.expires}, after its task (${task.expires}). Give a time that is not after the task's.`,
    );
  }
  if (run.state === 'running' || (run.state === 'exception' && Date.parse(run.resolved ?? '') > nowMs - afterExceptionMs)) return undefined;
  return conflict(
    `Run ${runId} of task ${taskId} is ${run.state}${run.resolved ? ` since ${run.resolved}` : ''} and takes no more artifacts. Only a running run does, and one that ended with an exception less than 25 minutes ago.`,
  );
};

/** Creating for an unknown task is a mistake in the request (400), not a missing resource. */
export const unknownTask = (taskId: string): Refusal => inputError(`There is no task ${taskId} that an artifact could be created for.`);

const wasClaimed = ({ workerGroup, workerId }: Run) => workerGroup !== undefined && workerId !== undefined;
