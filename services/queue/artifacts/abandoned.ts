import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import { giveUp } from './give-up.ts';
import { deleteUpload, takeAbandoned, type Upload } from './store/uploads.ts';

/** Gives uploads in parts up that nobody has gone on with for a day: parts cost as much as data. Complete ones are forgotten. */
export const abandonUploads: Loop<QueueService> = {
  name: 'queue: abandoned uploads',
  idleMs: () => 10 * 60_000,
  // As many requests to the store at once. No transaction is open meanwhile.
  batch: 10,
  step: async (service, limit) => {
    const { db } = service;
    const uploads = await db.tx((tx) => takeAbandoned(tx, limit), 'queue.abandoned-uploads');
    const outcomes = await Promise.all(uploads.map((upload) => isGivenUp(service, upload)));
    const gone = uploads.filter((_, i) => outcomes[i]);
    await db.tx(async (tx) => {
      for (const upload of gone) await deleteUpload(tx, upload);
    }, 'queue.forget-uploads');
    return uploads.length;
  },
};

const isGivenUp = async (service: QueueService, upload: Upload): Promise<boolean> => {
  try {
    return upload.completed || (await giveUp(service, upload));
  } catch (err) {
    const { taskId, name } = upload;
    service.log.error({ err, taskId, name }, 'an abandoned upload could not be given up and is tried again in an hour');
    return false;
  }
};
