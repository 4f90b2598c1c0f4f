import type { Handler } from '@taskcluster/api';
import { appendMessages } from '@taskcluster/bus';
import type { CreateArtifactResponse, queue } from '@taskcluster/contracts';
import type { Tx } from '@taskcluster/db';
import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../domain/task.ts';
import type { QueueService } from '../service.ts';
import { accepted } from './accepted.ts';
import { uploadCredentials } from './credentials.ts';
import { refuseCreation, unknownTask } from './domain/admission.ts';
import { artifactCreated, isAnnounced } from './domain/announce.ts';
import { type Artifact, objectNameOf } from './domain/artifact.ts';
import { graceMs, uploadUrlEnds } from './domain/lifetime.ts';
import { differs, repeated } from './domain/repeat.ts';
import { requestedArtifact } from './domain/request.ts';
import { newUploadId, reserveObject } from './objects.ts';
import { findArtifact, insertArtifact, lockArtifact, updateArtifact } from './store/artifacts.ts';
import { shareTask } from './store/tasks.ts';

interface Created {
  readonly artifact: Artifact;
  readonly task: Task;
  /** The database's clock. */
  readonly now: string;
}

/** Creates an artifact of a run (artifacts.md, section 2). The artifact and its message exist together or not at all. */
export const createArtifact: Handler<typeof queue.endpoints.createArtifact, QueueService> = async (
  service,
  { params: { taskId, runId, name }, body },
) => {
  const uploadId = newUploadId();
  const wanted = accepted(requestedArtifact({ taskId, runId: Number(runId), name }, body, uploadId));
  if (wanted.storageType === 'object') await reserve(service, wanted, uploadId);
  return replyTo(service, uploadId, await service.db.tx((tx) => create(tx, wanted), 'queue.create-artifact'));
};

const create = async (tx: Tx, wanted: Artifact): Promise<Created> => {
  const { task, now } = await admittingTask(tx, wanted);
  const artifact = await keep(tx, wanted);
  if (isAnnounced(artifact)) await appendMessages(tx, [artifactCreated(task, artifact)]);
  return { artifact, task, now };
};

/** The task of a run that takes the artifact, and goes on doing so until the transaction ends. */
const admittingTask = async (tx: Tx, wanted: Artifact) => {
  const { now, ...task } = accepted((await shareTask(tx, wanted.taskId)) ?? unknownTask(wanted.taskId));
  accepted(refuseCreation(wanted, task, now));
  return { task, now };
};

const keep = async (tx: Tx, wanted: Artifact): Promise<Artifact> => {
  for (;;) {
    if (await insertArtifact(tx, wanted)) return wanted;
    const stored = await lockArtifact(tx, wanted);
    // It expired and was deleted in this very moment: there is room for a new one.
    if (!stored) continue;
    const artifact = accepted(repeated(stored, wanted));
    if (!isDeepStrictEqual(artifact, stored)) await updateArtifact(tx, artifact);
    return artifact;
  }
};

/**
 * Asks the object service before the transaction, because a transaction waits for nobody else. So that a request that will be
 * refused reserves nothing, what decides that is looked at here first; `create` looks at it again.
 */
const reserve = async (service: QueueService, wanted: Artifact, uploadId: string): Promise<void> => {
  const { projectId } = await service.db.tx(async (tx) => {
    const { task } = await admittingTask(tx, wanted);
    const stored = await findArtifact(tx, wanted);
    // The new upload id differs from whatever there is.
    if (stored) accepted(differs(stored));
    return task;
  }, 'queue.create-object-artifact');
  await reserveObject(service, wanted, { projectId, uploadId });
};

const replyTo = async (service: QueueService, uploadId: string, { artifact, task, now }: Created): Promise<CreateArtifactResponse> => {
  const { storageType, contentType, expires, runId } = artifact;
  if (storageType === 's3') {
    const nowMs = Date.parse(now);
    const endsMs = uploadUrlEnds({ nowMs, lifetimeMs: service.config.uploadUrlMs, expires });
    const expiresInSeconds = Math.floor((endsMs + graceMs - nowMs) / 1000);
    const putUrl = await service.artifacts.putUrl({ ...artifact.details, contentType, expiresInSeconds });
    return { storageType, contentType, putUrl, expires: new Date(endsMs).toISOString() };
  }
  if (storageType === 'object') {
    const { workerGroup = '', workerId = '' } = task.runs[runId] ?? {};
    const { projectId } = task;
    const credentials = uploadCredentials(service, { artifact, projectId, workerGroup, workerId });
    return { storageType, name: objectNameOf(artifact), projectId, uploadId, expires, credentials };
  }
  return { storageType };
};
