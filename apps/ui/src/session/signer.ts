import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Credentials, SigningRequest } from '@taskcluster/client/http';
import { now } from '../words/clock.ts';

/**
 * Hawk signatures for the browser (api-conventions, "Hawk"). `crypto.subtle` exists only on https and localhost, and a platform
 * on the office network is plain http: the digest comes from a library instead.
 */
export const authorizationHeader = ({ credentials, method, url, authorizedScopes }: SigningRequest): string => {
  const ts = String(Math.floor(now() / 1000));
  return headerAt({ credentials, method, url, authorizedScopes, ts, nonce: randomWord() });
};

/** The header for a given time (epoch seconds) and nonce. */
export const headerAt = ({
  credentials,
  method,
  url,
  authorizedScopes,
  ts,
  nonce,
}: SigningRequest & { readonly ts: string; readonly nonce: string }): string => {
  const ext = extOf(credentials, authorizedScopes);
  const mac = macOf({ type: 'header', key: credentials.accessToken, ts, nonce, method, url: new URL(url), ext });
  return `Hawk id="${credentials.clientId}", ts="${ts}", nonce="${nonce}"${ext ? `, ext="${ext}"` : ''}, mac="${mac}"`;
};

/** A URL that gives whoever holds it the right to GET it until it expires; 15 minutes unless told. */
export const signedUrl = (url: string, credentials: Credentials, lifetimeSeconds = 900): string =>
  signedUrlUntil(url, credentials, Math.floor(now() / 1000) + lifetimeSeconds);

/** The same for a given end in epoch seconds. */
export const signedUrlUntil = (url: string, credentials: Credentials, exp: number): string => {
  const signed = new URL(url);
  const ext = extOf(credentials);
  const mac = macOf({ type: 'bewit', key: credentials.accessToken, ts: String(exp), nonce: '', method: 'GET', url: signed, ext });
  const bewit = base64(new TextEncoder().encode(`${credentials.clientId}\\${exp}\\${mac}\\${ext}`));
  const urlSafe = bewit.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return `${url}${signed.search ? '&' : '?'}bewit=${urlSafe}`;
};

interface Signed {
  readonly type: 'header' | 'bewit';
  readonly key: string;
  readonly ts: string;
  readonly nonce: string;
  readonly method: string;
  readonly url: URL;
  readonly ext: string;
}

/** The code that Hawk puts at the end of a header or into a signed URL. */
export const macOf = ({ type, key, ts, nonce, method, url, ext }: Signed): string => {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const lines = [`hawk.1.${type}`, ts, nonce, method.toUpperCase(), url.pathname + url.search, url.hostname.toLowerCase(), port, '', ext];
  const utf8 = new TextEncoder();
  return base64(hmac(sha256, utf8.encode(key), utf8.encode(`${lines.join('\n')}\n`)));
};

const extOf = ({ certificate }: Credentials, authorizedScopes?: readonly string[]): string => {
  if (certificate === undefined && authorizedScopes === undefined) return '';
  const parsed: unknown = typeof certificate === 'string' ? JSON.parse(certificate) : certificate;
  return base64(new TextEncoder().encode(JSON.stringify({ certificate: parsed, authorizedScopes })));
};

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

const randomWord = (): string =>
  base64(crypto.getRandomValues(new Uint8Array(9)))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
