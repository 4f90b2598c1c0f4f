import { join } from 'node:path';
import { object as contract } from '@taskcluster/contracts';
import { migrationsIn } from '@taskcluster/db';
import { defineService } from '@taskcluster/service';
import { appendStream } from './handlers/append-stream.ts';
import { createUpload } from './handlers/create-upload.ts';
import { download } from './handlers/download.ts';
import { finishUpload } from './handlers/finish-upload.ts';
import { getLocal } from './handlers/get-local.ts';
import { object } from './handlers/object.ts';
import { putLocal } from './handlers/put-local.ts';
import { readStream } from './handlers/read-stream.ts';
import { startDownload } from './handlers/start-download.ts';
import { fileSweep, objectExpiry, streamExpiry } from './loops/expiry.ts';
import { createObjectService } from './service.ts';
import { settings } from './settings.ts';

export { localArtifactStore } from './artifact-store.ts';
export type { ObjectService } from './service.ts';

/** The object service: objects of the v1 API, the platform's own disk storage behind signed URLs, and live logs. */
export const objectService = defineService({
  contract,
  settings,
  migrations: migrationsIn('object', join(import.meta.dirname, 'migrations')),
  create: createObjectService,
  handlers: { createUpload, finishUpload, startDownload, object, download, putLocal, getLocal, appendStream, readStream },
  loops: [objectExpiry, streamExpiry, fileSweep()],
  close: async ({ followers }) => followers.close(),
});
