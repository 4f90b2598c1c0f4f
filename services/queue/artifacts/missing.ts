import { ApiError } from '@taskcluster/api';
import type { Artifact, ArtifactKey } from './domain/artifact.ts';

/** There is no such artifact for readers: no such task, run or name, or its upload is not finished. */
export const missing = ({ taskId, runId, name }: ArtifactKey): ApiError =>
  new ApiError(
    'ResourceNotFound',
    `Run ${runId} of task ${taskId} has no artifact ${name}. List the run's artifacts to see which there are.`,
  );

/** There is one, and its time is over. */
export const outdated = ({ name, expires }: Artifact): ApiError =>
  new ApiError('ResourceExpired', `Artifact ${name} expired at ${expires}. Run the task again if you need it.`);
