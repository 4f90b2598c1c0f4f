import { Type } from 'typebox';

import { get, post, put } from '../contract.ts';
import { patterns } from '../identifiers.ts';
import { closed } from '../schema.ts';

const category = 'Storage';
const printable = /^[\x20-\x7e]+$/;
// HMAC-SHA-256 or -512, in hexadecimal or URL-safe base64.
const signature = /^[A-Za-z0-9_-]{1,128}$/;
// Milliseconds since 1970; fifteen digits stay below 2^53.
const expires = /^[0-9]{1,15}$/;
const type = /^[\x20-\x7e]{1,255}$/;
const offset = /^[0-9]{1,15}$/;
const flag = /^(0|1)$/;

export const AppendResult = closed(
  { length: Type.Integer({ title: 'Length', description: 'How many bytes the stream has now.', minimum: 0 }) },
  { title: 'Append result', description: 'How far a stream got.' },
);

/** Storage inside the platform: signed URLs of our own, and streams that can be read while they grow. Not part of the v1 API. */
export const storageEndpoints = {
  putLocal: put('/local/:bucket/:key(*)', {
    title: 'Upload to local storage',
    description: 'Stores the body under a key. The signature in the URL says until when and with which content type.',
    category,
    params: { bucket: /^[a-z0-9][a-z0-9._-]{0,62}$/, key: new RegExp(patterns.printable) },
    query: { expires, signature, type },
    input: 'stream',
    unpublished: true,
  }),
  getLocal: get('/local/:bucket/:key(*)', {
    title: 'Download from local storage',
    description: 'The data under a key. The signature in the URL says until when; ranges are supported.',
    category,
    params: { bucket: /^[a-z0-9][a-z0-9._-]{0,62}$/, key: new RegExp(patterns.printable) },
    query: { expires, signature, type, disposition: /^[\x20-\x7e]{1,1000}$/ },
    output: 'blob',
    unpublished: true,
  }),
  appendStream: post('/stream/:name(*)', {
    title: 'Append to a stream',
    description:
      'Writes the body at an offset, which must be where the stream ends so far, so that a repeated request ' +
      'does no harm. `last=1` closes the stream. A stream `t/<taskId>/<runId>/…` may be written by whoever may create artifacts of that run.',
    category,
    scopes: { AnyOf: ['object:append:<name>', 'queue:create-artifact:<run>'] },
    params: { name: printable },
    query: { offset, last: flag },
    input: 'stream',
    output: AppendResult,
    unpublished: true,
  }),
  readStream: get('/stream/:name(*)', {
    title: 'Read a stream',
    description:
      'The data from an offset on. `follow=1` goes on until the stream is closed. Whoever knows the name may read: a part of it is secret.',
    category,
    params: { name: printable },
    query: { offset, follow: flag },
    output: 'blob',
    unpublished: true,
  }),
} as const;
