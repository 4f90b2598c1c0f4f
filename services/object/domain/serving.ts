import { mayBeShown, mediaTypeOf } from './media-type.ts';

/**
 * Headers for everything that users stored. It is served from the same origin as the web page, so each answer is shut into a
 * sandbox: no scripts, no forms, no origin, nothing loaded. Other pages may read it, because the URL itself is the permission.
 */
export const servingHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length,content-range,content-encoding,accept-ranges,etag,x-stream-length,x-stream-complete',
} as const;

/** `inline` or `attachment`, with the last part of the key as the name of the file. */
export const dispositionOf = (key: string, contentType: string, asked: string | undefined): string => {
  const kind = asked !== 'attachment' && mayBeShown(contentType) ? 'inline' : 'attachment';
  const name = key.split('/').at(-1) ?? '';
  // RFC 8187: everything but letters, digits and a few marks is percent-encoded, so nothing in a name can end the header.
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return encoded === '' ? kind : `${kind}; filename*=UTF-8''${encoded}`;
};

/** The content type to answer with. Text that is not a media type makes browsers guess, so it becomes plain bytes. */
export const servedType = (contentType: string): string => (mediaTypeOf(contentType) ? contentType : 'application/octet-stream');

/** Whether an `Accept-Encoding` header names gzip. Without the header nothing is taken for granted: `curl` shows what it gets. */
export const acceptsGzip = (header: string | undefined): boolean => {
  const weights = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',').slice(0, 50)) {
    const [coding = '', ...parameters] = part.split(';').map((p) => p.trim());
    const q = parameters.find((p) => p.startsWith('q='));
    weights.set(coding, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
};

/** Whether an `If-None-Match` header names this version. Compared weakly, as RFC 9110 says. */
export const isKnownVersion = (header: string | undefined, etag: string): boolean => {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((tag) => tag.trim() === '*' || bare(tag) === bare(etag));
};
