import type { QueueService } from '../service.ts';
import { findArtifact } from './store/artifacts.ts';
import type { Upload } from './store/uploads.ts';

/**
 * Gives an upload up that is not complete. When its artifact is gone, the data too: it may have been joined after the artifact's was
 * deleted, and nothing else knows of it. Answers whether the upload may be forgotten: not while its artifact has expired and is still there,
 * because then nobody can say which of the two comes first. May be repeated.
 */
export const giveUp = async ({ db, artifacts }: QueueService, upload: Upload): Promise<boolean> => {
  // Without uploads in parts there is another store now, and the parts in the one before are its bucket's lifecycle rule's.
  await artifacts.multipart?.abort(upload);
  const artifact = await findArtifact(db, upload);
  if (artifact) return !artifact.expired;
  const { bucket, key } = upload;
  // What could not be deleted, the store has reported.
  return (await artifacts.delete({ bucket, keys: [key] })).length === 0;
};
