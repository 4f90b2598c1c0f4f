import type { Authority } from './authority.ts';
import { bearerOf, rememberProven } from './bearer.ts';
import type { Bearer } from './bearer.ts';
import { findBewit, LONGEST_SIGNED_URL, parseBewit } from './bewit.ts';
import type { BewitParameter } from './bewit.ts';
import { equalInConstantTime } from './equal.ts';
import { grantedScopes, ONLY_ANONYMOUS } from './granted.ts';
import { parseHeader } from './header.ts';
import { macOf } from './mac.ts';
import type { Signed } from './mac.ts';
import { Refusal } from './refusal.ts';

const QUARTER_HOUR = 15 * 60_000;

/** A request as it arrived: what its signature covers, and the signature. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, exactly as they were sent. */
  readonly resource: string;
  /** The host and port that the caller sent the request to; see `signedAddress`. */
  readonly host: string;
  readonly port: number;
  readonly authorization?: string | undefined;
}

/** Who sent a request. `scopes` are expanded and include what the anonymous role grants. */
export type Authentication =
  | {
      readonly status: 'auth-success';
      readonly scheme: 'hawk';
      readonly clientId: string;
      readonly scopes: readonly string[];
      /** The end of the client, or of the certificate if that is earlier. */
      readonly expires: Date;
      /** The hash of the body that the signature covers. Whoever has the body compares it with `payloadHashMatches`. */
      readonly hash?: string;
      /** The same for the very same signed header only. Bewits have none: they are made to be used repeatedly. */
      readonly replayKey?: string;
    }
  | { readonly status: 'no-auth'; readonly scheme: 'none'; readonly scopes: readonly string[]; readonly expires: Date }
  | { readonly status: 'auth-failed'; readonly message: string };

function proveMac(bearer: Bearer, mac: string, signed: Signed): void {
  if (!equalInConstantTime(macOf(bearer.key, signed), mac)) {
    throw new Refusal('Unauthorized: Bad mac. Check the access token, and that method, host, port and path arrive as they were signed.');
  }
  rememberProven(bearer);
}

function success(bearer: Bearer, authority: Authority) {
  const { client, clientId, ext } = bearer;
  const scopes = grantedScopes(bearer, authority);
  authority.used?.(client);
  const end = ext.certificate?.expiry ?? Number.POSITIVE_INFINITY;
  const expires = new Date(Math.min(client.expires.getTime(), end));
  return { status: 'auth-success', scheme: 'hawk', clientId, scopes, expires } as const;
}

function byHeader(request: SignedRequest, authorization: string, authority: Authority): Authentication {
  const header = parseHeader(authorization);
  const { id, ts, nonce, mac, hash, ext, app, dlg } = header;
  const { method, resource, host, port } = request;
  const bearer = bearerOf(id, ext ?? '', authority);
  proveMac(bearer, mac, { type: 'header', ts, nonce, method, resource, host, port, hash, ext, app, dlg });
  if (Math.abs(Number(ts) * 1000 - authority.now()) > (authority.skewMs ?? QUARTER_HOUR)) {
    throw new Refusal('Unauthorized: Stale timestamp. Set the clock of the computer that signs.');
  }
  const replayKey = `${id}\n${ts}\n${nonce}\n${mac}`;
  return { ...success(bearer, authority), ...(hash === undefined ? {} : { hash }), replayKey };
}

function byBewit(request: SignedRequest, parameter: BewitParameter, authority: Authority): Authentication {
  const { host, port } = request;
  if (request.resource.length > LONGEST_SIGNED_URL) {
    throw new Refusal(`Bad Request: The signed URL is longer than ${LONGEST_SIGNED_URL} characters. Use fewer or shorter scopes.`);
  }
  const method = request.method.toUpperCase();
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal('Unauthorized: Invalid method. A signed URL is for GET only.');
  const { id, exp, mac, ext } = parseBewit(parameter.token);
  const bearer = bearerOf(id, ext, authority);
  proveMac(bearer, mac, { type: 'bewit', ts: exp, nonce: '', method: 'GET', resource: parameter.resource, host, port, ext });
  if (Number(exp) * 1000 <= authority.now()) throw new Refusal('Unauthorized: Access expired. Make a new signed URL.');
  return success(bearer, authority);
}

/**
 * Verifies who sent a request, by its Hawk header or the bewit in its URL. Never throws for what a request contains;
 * a refusal says what is wrong, and nothing about scopes before the sender has proven to know the key.
 *
 * The order: syntax, the client, the certificate's signature, the MAC, the time, and only then scopes.
 */
export function authenticate(request: SignedRequest, authority: Authority): Authentication {
  const { authorization } = request;
  try {
    const bewit = findBewit(request.resource);
    if (authorization) {
      if (bewit) throw new Refusal('The request is signed twice, by a header and by a bewit. Use one of them.');
      return byHeader(request, authorization, authority);
    }
    if (bewit) return byBewit(request, bewit, authority);
  } catch (error) {
    if (error instanceof Refusal) return { status: 'auth-failed', message: error.message };
    throw error;
  }
  const expires = new Date(authority.now() + QUARTER_HOUR);
  return { status: 'no-auth', scheme: 'none', scopes: authority.expand(ONLY_ANONYMOUS), expires };
}
