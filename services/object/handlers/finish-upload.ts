import { ApiError, type Handler, respond } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { backendOf, notFound } from '../domain/found.ts';
import { addHashes, requireHashes } from '../domain/hashes.ts';
import type { ObjectService } from '../service.ts';
import { lockObject, markFinished, setHashes } from '../store/objects.ts';

/** Makes an object readable and unchangeable (object.md, section 3). */
export const finishUpload: Handler<typeof object.endpoints.finishUpload, ObjectService> = async (
  service,
  { params: { name }, body, caller },
) => {
  const { projectId, uploadId, hashes = {} } = body;
  caller.authorize({ projectId, name });
  const record = await service.db.tx(async (tx) => {
    const found = await lockObject(tx, name);
    if (!found) throw notFound(name);
    if (found.projectId !== projectId)
      throw new ApiError('InputError', 'The object belongs to another project. Give the project that its upload was begun for.');
    if (found.uploadId === null) {
      requireHashes(found.hashes, hashes);
      return undefined;
    }
    if (found.uploadId !== uploadId) throw new ApiError('RequestConflict', 'The upload id is not the one that the upload was begun with.');
    backendOf(service.backends, found);
    const all = addHashes(found.hashes, hashes);
    if (all) await setHashes(tx, name, all);
    return found;
  }, 'object.check-upload');
  if (!record) return respond(200, {}, {});
  // Outside of the transaction: a backend may have to ask a server of its own.
  await backendOf(service.backends, record).finishUpload(record);
  await service.db.tx((tx) => markFinished(tx, name, uploadId), 'object.finish-upload');
  return respond(200, {}, {});
};
