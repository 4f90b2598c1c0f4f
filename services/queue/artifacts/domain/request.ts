import type { CreateArtifactRequest } from '@taskcluster/contracts';
import { type Artifact, type ArtifactKey, bucketOf, keyOf } from './artifact.ts';
import { inputError, type Refusal } from './refusal.ts';

// Lists and messages promise no longer names, and an index entry of PostgreSQL holds 2,704 bytes.
const maxName = 1024;
const defaultContentType = 'application/binary';

const isName = (text: string) => /^[\x20-\x7e]+$/.test(text) && text.length <= maxName;
// It becomes a header: printable ASCII, no blank at either end.
const isContentType = (text: string) => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text);

/** Whether readers may be sent to this URL. `javascript:`, `data:` and `file:` would act in the reader's own name. */
const isWebUrl = (url: string) => /^https?:\/\/[^/]/i.test(url) && URL.canParse(url);

/**
 * The artifact that a request describes, before anything is known about its task. `uploadId` is for type `object`.
 * Refuses what the published schema lets through and what cannot be kept or served.
 */
export const requestedArtifact = (key: ArtifactKey, body: CreateArtifactRequest, uploadId: string): Artifact | Refusal => {
  if (key.name.length > maxName)
    return inputError(`The name has ${key.name.length} characters. An artifact's name has at most ${maxName}; shorten it.`);
  const contentType = ('contentType' in body ? body.contentType : undefined) ?? defaultContentType;
  if (!isContentType(contentType)) {
    return inputError(
      `The content type ${JSON.stringify(contentType)} cannot be sent in a header. Use something like text/plain; charset=utf-8.`,
    );
  }
  const contentLength = ('contentLength' in body ? body.contentLength : undefined) ?? null;
  if (contentLength !== null && !Number.isSafeInteger(contentLength))
    return inputError(`contentLength is ${contentLength}, which is more than anything can be. Give the number of bytes.`);
  const time = new Date(body.expires).getTime();
  // The schema lets leap seconds through, which no clock here knows.
  if (Number.isNaN(time)) return inputError(`expires (${body.expires}) is not a time. Use the form 2026-02-03T04:05:06.789Z.`);
  const base = { ...key, contentType, contentLength, expires: new Date(time).toISOString() };
  switch (body.storageType) {
    case 's3':
      return { ...base, storageType: 's3', present: true, details: { bucket: bucketOf(key.name), key: keyOf(key) } };
    case 'object':
      return { ...base, storageType: 'object', present: false, details: { uploadId } };
    case 'reference':
      if (!isWebUrl(body.url))
        return inputError('The URL of a reference must begin with http:// or https:// and a host, because readers are redirected to it.');
      return { ...base, storageType: 'reference', present: true, details: { url: body.url } };
    case 'link':
      if (!isName(body.artifact))
        return inputError(`No artifact can have the name that the link leads to: names are 1 to ${maxName} printable ASCII characters.`);
      return { ...base, storageType: 'link', present: true, details: { artifact: body.artifact } };
    case 'error':
      return { ...base, storageType: 'error', present: true, details: { reason: body.reason, message: body.message } };
  }
};
