import { ApiError, type Handler, respond } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { backendOf, notFound } from '../domain/found.ts';
import type { ObjectService } from '../service.ts';
import { findFinished } from '../store/objects.ts';
import { simpleSeconds } from './start-download.ts';

/** Sends a browser or `curl -L` to the data (object.md, section 5). */
export const download: Handler<typeof object.endpoints.download, ObjectService> = async ({ db, backends }, { params: { name } }) => {
  const record = await findFinished(db, name);
  if (!record) throw notFound(name);
  const backend = backendOf(backends, record);
  if (!backend.downloadMethods.includes('simple'))
    throw new ApiError('NoMatchingMethod', 'The object has no plain URL. Use startDownload.');
  return respond(303, { location: await backend.urlOf(record, simpleSeconds) });
};
