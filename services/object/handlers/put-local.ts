import { ApiError, type Handler, respond } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { saveFile } from '../backends/files.ts';
import { guardUpload } from '../backends/local.ts';
import { tooLarge } from '../disk/receive.ts';
import { requirePermit } from '../domain/permit.ts';
import { buckets } from '../domain/signed-url.ts';
import type { ObjectService } from '../service.ts';

/** Stores what is sent to a signed URL, in constant memory. 200 with the ETag once it is safe on disk and can be read. */
export const putLocal: Handler<typeof object.endpoints.putLocal, ObjectService> = async (
  service,
  { params: { bucket, key }, query, headers, stream },
) => {
  requirePermit(service, { method: 'PUT', bucket, key, contentType: query.type }, query);
  const contentType = headers['content-type'] ?? '';
  if (contentType !== query.type) {
    throw new ApiError(
      'InsufficientScopes',
      'The URL is for content-type {{signed}}, and {{sent}} was sent. Send exactly the type that it was asked for with.',
      {
        signed: query.type ?? 'unknown',
        sent: contentType === '' ? 'none' : contentType,
      },
    );
  }
  const { maxBytes } = service.config;
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes);
  const { etag } = await saveFile(service.files, {
    bucket,
    key,
    contentType,
    contentEncoding: encodingOf(headers['content-encoding']),
    source: stream,
    length,
    maxBytes,
    ...(bucket === buckets.objects ? { guard: guardUpload(key) } : {}),
  });
  return respond(200, { etag, 'access-control-expose-headers': 'etag' }, '');
};

const encodingOf = (header = 'identity'): string | null => {
  const coding = header.trim().toLowerCase();
  if (coding === '' || coding === 'identity') return null;
  if (/^[a-z0-9-]{1,20}$/.test(coding)) return coding;
  throw new ApiError('InputError', 'The content-encoding is not one word such as gzip. Encode the data once, or not at all.');
};
