import { outsideTransaction, type Tx } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import { deleteUpload, postponeUpload, takeAbandoned, type Upload } from './store/uploads.ts';

/** Gives uploads in parts up that nobody has gone on with for a day: parts cost as much as data. Complete ones are forgotten. */
export const abandonUploads: Loop<QueueService> = {
  name: 'queue: abandoned uploads',
  idleMs: () => 10 * 60_000,
  batch: 50,
  step: (service, limit) =>
    service.db.tx(async (tx) => {
      const uploads = await takeAbandoned(tx, limit);
      for (const upload of uploads) await abandon(service, tx, upload);
      return uploads.length;
    }),
};

const abandon = async ({ artifacts, log }: QueueService, tx: Tx, upload: Upload): Promise<void> => {
  try {
    // Without uploads in parts there is another store now, and the parts in the one before are its bucket's lifecycle rule's.
    if (!upload.completed) await outsideTransaction(() => artifacts.multipart?.abort(upload));
    await deleteUpload(tx, upload);
  } catch (err) {
    log.error({ err, taskId: upload.taskId, name: upload.name }, 'an abandoned upload could not be given up and is tried again in an hour');
    await postponeUpload(tx, upload);
  }
};
