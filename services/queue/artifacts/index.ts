import type { Handlers } from '@taskcluster/api';
import type { queue } from '@taskcluster/contracts';
import type { QueueService } from '../service.ts';
import { createArtifact } from './create.ts';
import { finishArtifact } from './finish.ts';
import { listHandlers } from './list.ts';
import { readHandlers } from './read.ts';
import { uploadHandlers } from './upload.ts';

export { abandonUploads } from './abandoned.ts';
export { expireArtifacts } from './expire.ts';

type ArtifactHandlers = Pick<
  Handlers<typeof queue, QueueService>,
  | 'createArtifact'
  | 'finishArtifact'
  | 'beginUpload'
  | 'uploadParts'
  | 'completeUpload'
  | 'abortUpload'
  | 'getArtifact'
  | 'getLatestArtifact'
  | 'listArtifacts'
  | 'listLatestArtifacts'
  | 'artifactInfo'
  | 'latestArtifactInfo'
  | 'artifact'
  | 'latestArtifact'
>;

/** The methods for what runs leave behind. */
export const artifactHandlers: ArtifactHandlers = { createArtifact, finishArtifact, ...uploadHandlers, ...readHandlers, ...listHandlers };
