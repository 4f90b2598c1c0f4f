import { type Authentication, payloadHashMatches, type ReplayGuard, signedAddress, type SignedRequest } from '@taskcluster/hawk';
import type { FastifyRequest } from 'fastify';

export interface AuthenticateOptions {
  readonly authenticate: (request: SignedRequest) => Authentication;
  readonly replays: ReplayGuard;
}

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
  if (authorization !== undefined && /[?&]bewit=/.test(originalUrl)) {
    return failed('The request has both an Authorization header and a bewit. Use one of them.');
  }
  const who = authenticate({ method, resource: originalUrl, ...signedAddress(headers), authorization });
  if (who.status !== 'auth-success') return who;
  if (who.hash !== undefined && !payloadHashMatches(who.hash, bodyText, headers['content-type']))
    return failed('Invalid payload hash: the body is not the one that was signed.');
  if (who.replayKey !== undefined && method !== 'GET' && method !== 'HEAD' && replays.seen(who.replayKey)) {
    return failed('This very request was received before. Sign each attempt anew.');
  }
  return who;
};

const failed = (message: string): Authentication => ({ status: 'auth-failed', message });
