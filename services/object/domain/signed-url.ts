import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed URL allows: one verb on one key until a time. All of it is covered by the signature. */
export interface Grant {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  readonly key: string;
  /** Seconds since 1970; the URL is refused from this second on. */
  readonly expires: number;
  /** PUT: the only content type that may be sent. */
  readonly contentType?: string | undefined;
  /** GET: `attachment` saves what would be shown otherwise. */
  readonly disposition?: string | undefined;
}

/** HMAC-SHA256 of the grant. A JSON array separates the parts: no two grants have the same text. */
export const signatureOf = (key: Buffer, { method, bucket, key: name, expires, contentType = '', disposition = '' }: Grant): string =>
  createHmac('sha256', key)
    .update(JSON.stringify(['object-url', 1, method, bucket, name, expires, contentType, disposition]))
    .digest('base64url');

/** Compares in the same time whatever is given. */
export const isSignedBy = (key: Buffer, grant: Grant, signature: string): boolean => {
  const wanted = Buffer.from(signatureOf(key, grant));
  const given = Buffer.from(signature);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
};

export const buckets = { public: 'public-artifacts', private: 'private-artifacts', objects: 'objects' } as const;

/**
 * The path of a key. Slashes stay, so that the last part names the downloaded file; but where URL parsers and proxies would
 * tidy the path up (`.`, `..`, `//`) they are encoded too, because a tidied path is another key.
 */
export const pathOfKey = (key: string): string => {
  const parts = key.split('/');
  const fragile = parts.some((part) => part === '' || /^\.{1,2}$/.test(part));
  return fragile ? encodeURIComponent(key) : parts.map(encodeURIComponent).join('/');
};

/** The URL of `putLocal` (PUT) or `getLocal` (GET) that a grant stands for. */
export const signedUrl = (rootUrl: string, key: Buffer, grant: Grant): string => {
  const query = new URLSearchParams({ expires: String(grant.expires) });
  if (grant.contentType !== undefined) query.set('type', grant.contentType);
  if (grant.disposition !== undefined) query.set('disposition', grant.disposition);
  query.set('signature', signatureOf(key, grant));
  return `${rootUrl}/api/object/v1/local/${grant.bucket}/${pathOfKey(grant.key)}?${query.toString()}`;
};
