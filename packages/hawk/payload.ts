import { createHash } from 'node:crypto';
import { equalInConstantTime } from './equal.ts';

/**
 * The hash of a request's body that a signature can cover: base64 SHA-256 over the media type in lower case without
 * parameters, and the body as it is sent. No body is the empty text, no content type the empty type.
 */
export function payloadHash(body: string | Buffer, contentType: string | undefined): string {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return createHash('sha256').update(`hawk.1.payload\n${type}\n`).update(body).update('\n').digest('base64');
}

/** Whether a `hash` belongs to this body and content type. In constant time; a hash of another length does not belong. */
export function payloadHashMatches(hash: string, body: string | Buffer, contentType: string | undefined): boolean {
  return equalInConstantTime(hash, payloadHash(body, contentType));
}
