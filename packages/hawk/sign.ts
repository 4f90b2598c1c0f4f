import { randomBytes } from 'node:crypto';
import { macOf } from './mac.ts';

/** What a client signs with. */
export interface Credentials {
  readonly clientId: string;
  readonly accessToken: string;
  /** Of temporary credentials: the certificate, as JSON text or parsed. */
  readonly certificate?: string | object | null | undefined;
}

/** What is signed, beside the request itself. */
interface Signing {
  readonly credentials: Credentials;
  /** Absolute, as it will be requested. */
  readonly url: string | URL;
  /** The only scopes that the request may use. */
  readonly authorizedScopes?: readonly string[] | undefined;
}

function extOf({ credentials, authorizedScopes }: Signing): string | undefined {
  // The environment variable for it is often set but empty.
  const certificate = credentials.certificate || undefined;
  if (certificate === undefined && authorizedScopes === undefined) return undefined;
  const parsed: unknown = typeof certificate === 'string' ? JSON.parse(certificate) : certificate;
  return Buffer.from(JSON.stringify({ certificate: parsed, authorizedScopes })).toString('base64');
}

/** The parts of a URL that a signature covers, as `fetch` sends them: also a question mark without a query. */
function partsOf(url: string | URL): { readonly host: string; readonly port: number; readonly resource: string } {
  const { href, hostname, port, protocol, pathname, search } = new URL(url);
  const resource = pathname + (href.endsWith('?') ? '?' : search);
  return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80), resource };
}

/**
 * The `Authorization` header of one request. Sign each attempt anew: a header is accepted only once by methods that change
 * something. `now` is in milliseconds since 1970, the current time unless given; `hash` is the `payloadHash` of the body, if it shall be covered.
 */
export function authorizationHeader(
  request: Signing & { readonly method: string; readonly now?: number | undefined; readonly hash?: string | undefined },
): string {
  const { credentials, method, now = Date.now(), hash } = request;
  const ext = extOf(request);
  const ts = String(Math.floor(now / 1000));
  const nonce = randomBytes(9).toString('base64url');
  const mac = macOf(credentials.accessToken, { type: 'header', ts, nonce, method, ...partsOf(request.url), hash, ext });
  const optional = (hash === undefined ? '' : `hash="${hash}", `) + (ext === undefined ? '' : `ext="${ext}", `);
  return `Hawk id="${credentials.clientId}", ts="${ts}", nonce="${nonce}", ${optional}mac="${mac}"`;
}

/** A URL that anybody can GET with the rights of the credentials, until `expiresAt` (a Date, or milliseconds since 1970). */
export function signedUrl(request: Signing & { readonly expiresAt: Date | number }): string {
  const url = new URL(request.url);
  url.hash = '';
  // Drops a lone question mark, which is not part of what is signed.
  if (url.search === '') url.search = '';
  const { credentials } = request;
  const exp = String(Math.floor(Number(request.expiresAt) / 1000));
  const ext = extOf(request) ?? '';
  const mac = macOf(credentials.accessToken, { type: 'bewit', ts: exp, nonce: '', method: 'GET', ...partsOf(url), ext });
  const bewit = Buffer.from(`${credentials.clientId}\\${exp}\\${mac}\\${ext}`).toString('base64url');
  return `${url.href}${url.search === '' ? '?' : '&'}bewit=${bewit}`;
}
