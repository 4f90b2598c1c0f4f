import { Type } from 'typebox';
import type { Static } from 'typebox';

import { patterns, slugid } from '../identifiers.ts';
import { closed, list, timestamp } from '../schema.ts';

/** S3 takes no more; every part has a number from 1 on. */
export const maxParts = 10_000;
/** URLs for this many parts are given out at a time. */
export const maxPartsPerRequest = 100;

const uploadId = slugid({ title: 'Upload id', description: 'Identifies the upload. Who does not know it cannot add to it.' });
const part = Type.Integer({ title: 'Part number', description: 'From 1 to the number of parts.', minimum: 1, maximum: maxParts });

export const BeginUploadRequest = closed(
  {
    contentLength: Type.Integer({
      title: 'Content length',
      description: 'How many bytes will be sent, after any compression.',
      minimum: 1,
    }),
    contentEncoding: Type.Optional(
      Type.String({
        title: 'Content encoding',
        description: 'How the bytes are compressed, e.g. `gzip`. `identity` unless told.',
        pattern: '^[A-Za-z0-9-]{1,50}$',
      }),
    ),
  },
  { title: 'Begin an upload', description: 'What is going to be uploaded.' },
);
export type BeginUploadRequest = Static<typeof BeginUploadRequest>;

export const BeginUploadResponse = closed(
  {
    uploadId,
    partBytes: Type.Integer({
      title: 'Part bytes',
      description: 'How many bytes each part has, except the last one, which has the rest.',
      minimum: 1,
    }),
    parts: part,
    expires: timestamp('Expires', 'When the upload is given up unless URLs for parts are asked for meanwhile.'),
  },
  { title: 'Begun upload', description: 'How the data is to be cut.' },
);
export type BeginUploadResponse = Static<typeof BeginUploadResponse>;

export const UploadPartsRequest = closed(
  {
    uploadId,
    parts: list(part, {
      title: 'Parts',
      description: 'The numbers of the parts that are to be sent next.',
      minItems: 1,
      maxItems: maxPartsPerRequest,
    }),
  },
  { title: 'Parts', description: 'Asks where to send some parts.' },
);

export const UploadPartsResponse = closed(
  {
    urls: list(Type.String({ format: 'uri' }), {
      title: 'URLs',
      description: 'PUT each part to its URL, in the order of the request. The reply to it has the `ETag` that `completeUpload` needs.',
    }),
    expires: timestamp('Expires', 'Until when the URLs can be used. Repeat the request for new ones.'),
  },
  { title: 'URLs of parts', description: 'Where to send parts.' },
);

export const CompleteUploadRequest = closed(
  {
    uploadId,
    etags: list(Type.String({ pattern: patterns.printable, maxLength: 200 }), {
      title: 'ETags',
      description: 'What the store answered to each part, in the order of the parts.',
      minItems: 1,
      maxItems: maxParts,
    }),
  },
  { title: 'Complete an upload', description: 'All parts have been sent.' },
);
