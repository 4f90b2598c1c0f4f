import { ApiError, type Handler } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { addHashes } from '../domain/hashes.ts';
import { chooseUploadMethod } from '../domain/upload-method.ts';
import type { ObjectService } from '../service.ts';
import { insertObject, lockObject, type NewObject, type ObjectRecord, setHashes, setUploadMethod } from '../store/objects.ts';

/** Reserves a name and says how to upload (object.md, section 2). */
export const createUpload: Handler<typeof object.endpoints.createUpload, ObjectService> = async (
  service,
  { params: { name }, body, caller },
) => {
  const { projectId, uploadId, hashes = {} } = body;
  caller.authorize({ projectId, name });
  refuseLong(name);
  const method = chooseUploadMethod(body.proposedUploadMethods);
  const backendId = service.config.backendMap({ name, projectId });
  const backend = service.backends.get(backendId ?? '');
  if (backendId === undefined || !backend) {
    throw new ApiError(
      'NoMatchingBackend',
      'No backend is configured for this object. Whoever runs the platform decides with BACKEND_MAP what is stored where.',
    );
  }
  const wanted = { name, projectId, backendId, uploadId, expires: instant(body.expires) };
  const record = await reserve(service, wanted, { hashes, method: method?.name });
  const uploadMethod = method ? await backend.beginUpload(record, method) : {};
  return { projectId, uploadId, expires: record.expires, uploadMethod };
};

// An index entry of PostgreSQL holds 2,704 bytes.
const maxName = 2000;
const refuseLong = (name: string): void => {
  if (name.length > maxName) throw new ApiError('InputError', `An object's name has at most ${maxName} characters.`);
};

/** An instant that PostgreSQL can store. The schema lets years and leap seconds through that neither knows. */
const instant = (text: string): string => {
  const time = new Date(text);
  if (time.getTime() >= 0) return time.toISOString();
  throw new ApiError('InputError', 'expires is not a time since 1970.');
};

interface Details {
  readonly hashes: Readonly<Record<string, unknown>>;
  readonly method: string | undefined;
}

const reserve = ({ db }: ObjectService, wanted: NewObject, { hashes, method }: Details): Promise<ObjectRecord> =>
  db.tx(async (tx) => {
    await insertObject(tx, wanted);
    const record = await lockObject(tx, wanted.name);
    // The insert did nothing, and not because of the name: the upload id is taken.
    if (!record) throw conflict('this upload id is in use for another object');
    if (record.uploadId === null) throw conflict('its upload is finished, and a finished object never changes');
    if (record.uploadId !== wanted.uploadId) throw conflict('another upload of it has begun, with another upload id');
    if (record.projectId !== wanted.projectId) throw conflict('its upload was begun for another project');
    if (record.expires !== wanted.expires) throw conflict('its upload was begun with another expiry');
    if (record.backendId !== wanted.backendId) throw conflict('its upload was begun in another backend');
    if (method !== undefined && method !== record.uploadMethod) await setUploadMethod(tx, wanted.name, method);
    const all = addHashes(record.hashes, hashes);
    if (!all) return record;
    await setHashes(tx, wanted.name, all);
    return { ...record, hashes: all };
  }, 'object.create-upload');

const conflict = (why: string) =>
  new ApiError('RequestConflict', 'The object cannot be uploaded: {{why}}. Use another name, or repeat the first request exactly.', {
    why,
  });
