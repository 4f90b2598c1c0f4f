import { ApiError, type Handler } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { backendOf, notFound } from '../domain/found.ts';
import type { ObjectService } from '../service.ts';
import { findFinished } from '../store/objects.ts';

const shownSeconds = 60;
const workingSeconds = 120;
export const simpleSeconds = 1800;

/** Chooses a way of downloading that both sides have (object.md, section 5). */
export const startDownload: Handler<typeof object.endpoints.startDownload, ObjectService> = async (service, { params: { name }, body }) => {
  const record = await findFinished(service.db, name);
  if (!record) throw notFound(name);
  const backend = backendOf(service.backends, record);
  const { acceptDownloadMethods: accepted } = body;
  const method = backend.downloadMethods.find((m) => accepted[m]);
  if (method === 'simple') return { method, url: await backend.urlOf(record, simpleSeconds) };
  if (method === 'getUrl') {
    const expires = new Date(service.now() + shownSeconds * 1000).toISOString();
    return { method, url: await backend.urlOf(record, workingSeconds), expires, hashes: record.hashes };
  }
  throw new ApiError(
    'NoMatchingMethod',
    'The object cannot be downloaded in any of the ways that were given. It can be downloaded with: {{methods}}.',
    {
      methods: backend.downloadMethods.join(', '),
    },
  );
};
