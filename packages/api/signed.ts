import { type Authentication, payloadHashMatches, type ReplayGuard, signedAddress, type SignedRequest } from '@taskcluster/hawk';
import type { Endpoint } from '@taskcluster/contracts';
import type { FastifyRequest } from 'fastify';
import type { ClaimHeader } from './used-headers.ts';

export interface AuthenticateOptions {
  readonly authenticate: (request: SignedRequest) => Authentication;
  readonly replays: ReplayGuard;
  /** Absent: a header that was used in another process is not known here. */
  readonly claimHeader?: ClaimHeader | undefined;
}

// A query begins at the first question mark; before it and inside of a value these letters are data.
const bewitInQuery = /^[^?]*\?(?:.*&)?bewit=/;

/**
 * Who signed a request (security rules A1 to A5): host and port as the client saw them, the payload hash when there is one,
 * and for methods that change state the refusal of a header that was used before.
 */
export const authenticateRequest = (
  { authenticate, replays }: AuthenticateOptions,
  request: FastifyRequest,
  bodyText: string,
): Authentication => {
  const { headers, method, originalUrl } = request;
  const { authorization } = headers;
  if (authorization !== undefined && bewitInQuery.test(originalUrl)) {
    return failed('The request has both an Authorization header and a bewit. Use one of them.');
  }
  const who = authenticate({ method, resource: originalUrl, ...signedAddress(headers), authorization });
  if (who.status !== 'auth-success') return who;
  if (who.hash !== undefined && !payloadHashMatches(who.hash, bodyText, headers['content-type']))
    return failed('Invalid payload hash: the body is not the one that was signed.');
  if (who.replayKey !== undefined && method !== 'GET' && method !== 'HEAD' && replays.seen(who.replayKey)) {
    return repeated;
  }
  return who;
};

/**
 * Who signed a request, to be asked later and at most once. For a method that changes something under scopes a header is held against
 * those that other processes have seen; that takes a moment, so it is done before.
 */
export const authentication = async (
  options: AuthenticateOptions,
  { request, bodyText, endpoint }: { readonly request: FastifyRequest; readonly bodyText: string; readonly endpoint: Endpoint },
): Promise<() => Authentication> => {
  const later = () => authenticateRequest(options, request, bodyText);
  const { claimHeader } = options;
  const matters = endpoint.scopes !== undefined && endpoint.method !== 'get' && request.headers.authorization !== undefined;
  if (!claimHeader || !matters) return later;
  const who = later();
  const { replayKey } = who.status === 'auth-success' ? who : {};
  const known = replayKey === undefined || (await claimHeader(replayKey)) ? who : repeated;
  return () => known;
};

const failed = (message: string): Authentication => ({ status: 'auth-failed', message });
const repeated = failed('This very request was received before. Sign each attempt anew.');
