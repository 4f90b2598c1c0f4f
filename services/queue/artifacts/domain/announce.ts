import { createPublisher, type OutgoingMessage } from '@taskcluster/bus';
import { queue } from '@taskcluster/contracts';
import { ccOf, keyOf } from '../../domain/announce.ts';
import { statusOf, type Task } from '../../domain/task.ts';
import type { Artifact } from './artifact.ts';

const publish = createPublisher(queue);

/** Whether the creation of an artifact is announced. Uploaded ones never are, and objects when they are finished. */
export const isAnnounced = ({ storageType, present }: Artifact): boolean => storageType !== 's3' && present;

/** Says that a run has a new or changed artifact (artifacts.md, section 6). */
export const artifactCreated = (task: Task, artifact: Artifact): OutgoingMessage => {
  const { runId, storageType, name, expires, contentType } = artifact;
  const { workerGroup, workerId } = task.runs[runId] ?? {};
  return publish.artifactCreated({
    key: keyOf(task, runId),
    cc: ccOf(task),
    payload: { version: 1, status: statusOf(task), runId, workerGroup, workerId, artifact: { storageType, name, expires, contentType } },
  });
};
