import { createTemporaryCredentials } from '@taskcluster/client';
import type { TaskCredentials } from '@taskcluster/contracts';
import type { QueueService } from '../service.ts';
import { type Artifact, objectNameOf } from './domain/artifact.ts';

type Issuer = Pick<QueueService, 'credentials' | 'now'>;

const hourMs = 3_600_000;
const longestUploadMs = 24 * hourMs;

export interface Upload {
  readonly artifact: Artifact;
  readonly projectId: string;
  readonly workerGroup: string;
  readonly workerId: string;
}

/** For the upload of one object: valid for a day, but not longer than the artifact itself. */
export const uploadCredentials = (
  { credentials, now }: Issuer,
  { artifact, projectId, workerGroup, workerId }: Upload,
): TaskCredentials => {
  const expiry = Math.min(Date.parse(artifact.expires), now() + longestUploadMs);
  return createTemporaryCredentials({
    credentials,
    clientId: `artifact-upload/${artifact.taskId}/${artifact.runId}/on/${workerGroup}/${workerId}`,
    scopes: [`object:upload:${projectId}:${objectNameOf(artifact)}`],
    // An artifact may be created up to 15 minutes after its expiry; credentials end after they start.
    start: new Date(Math.min(now(), expiry - 1)),
    expiry: new Date(expiry),
  });
};

/** For the download of one object, within an hour. */
export const downloadCredentials = ({ credentials, now }: Issuer, artifact: Artifact): TaskCredentials => {
  const { taskId, runId, name } = artifact;
  return createTemporaryCredentials({
    credentials,
    // A clientId has fewer characters than an artifact's name may have.
    clientId: `artifact-download/${taskId}/${runId}/${name.replace(/[^A-Za-z0-9!@/:.+|_-]/g, '_')}`,
    scopes: [`object:download:${objectNameOf(artifact)}`],
    start: new Date(now()),
    expiry: new Date(now() + hourMs),
  });
};
