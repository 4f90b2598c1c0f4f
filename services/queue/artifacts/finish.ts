import { ApiError, type Handler } from '@taskcluster/api';
import { appendMessages } from '@taskcluster/bus';
import type { queue } from '@taskcluster/contracts';
import type { Tx } from '@taskcluster/db';
import type { QueueService } from '../service.ts';
import { artifactCreated } from './domain/announce.ts';
import type { Artifact, ArtifactKey } from './domain/artifact.ts';
import { missing } from './missing.ts';
import { isUploaded } from './objects.ts';
import { findArtifact, lockArtifact, markPresent } from './store/artifacts.ts';
import { shareTask } from './store/tasks.ts';

/** Shows an object artifact to readers once its data is there (artifacts.md, section 3). The run may have ended meanwhile. */
export const finishArtifact: Handler<typeof queue.endpoints.finishArtifact, QueueService> = async (
  service,
  { params: { taskId, runId, name }, body: { uploadId } },
) => {
  const key = { taskId, runId: Number(runId), name };
  const artifact = unfinished(key, await findArtifact(service.db, key), uploadId);
  // Outside of the transaction: the object service may be in another process.
  if (!artifact.present && !(await isUploaded(service, artifact))) {
    throw new ApiError('InputError', `The upload of artifact ${name} is not finished. Call finishUpload of the object service first.`);
  }
  await service.db.tx((tx) => finish(tx, key, uploadId), 'queue.finish-artifact');
  return undefined;
};

const finish = async (tx: Tx, key: ArtifactKey, uploadId: string): Promise<void> => {
  const task = await shareTask(tx, key.taskId);
  const artifact = unfinished(key, await lockArtifact(tx, key), uploadId);
  if (!task?.runs[key.runId]) throw missing(key);
  if (!artifact.present) await markPresent(tx, key);
  await appendMessages(tx, [artifactCreated(task, artifact)]);
};

/** An object artifact that this upload id may finish, or one that is finished already: that may be said again by anybody who may finish. */
const unfinished = (key: ArtifactKey, artifact: Artifact | undefined, uploadId: string): Artifact => {
  if (!artifact) throw missing(key);
  if (artifact.storageType !== 'object')
    throw new ApiError(
      'InputError',
      `Artifact ${key.name} has the storage type ${artifact.storageType}. Only artifacts of type object are finished.`,
    );
  if (artifact.present || artifact.details.uploadId === uploadId) return artifact;
  throw new ApiError('InputError', `The upload id is not the one that createArtifact gave for artifact ${key.name}. Send that one.`);
};
