import { payloadHashMatches, type Authentication, type ReplayGuard, type SignedRequest } from '@taskcluster/hawk';
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
  const who = authenticate({ method, resource: originalUrl, ...addressOf(request), authorization });
  if (who.status !== 'auth-success') return who;
  if (who.hash !== undefined && !payloadHashMatches(who.hash, bodyText, headers['content-type']))
    return failed('Invalid payload hash: the body is not the one that was signed.');
  if (who.replayKey !== undefined && method !== 'GET' && method !== 'HEAD' && replays.seen(who.replayKey)) {
    return failed('This very request was received before. Sign each attempt anew.');
  }
  return who;
};

const failed = (message: string): Authentication => ({ status: 'auth-failed', message });
const first = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();

/** The address that was signed: X-Forwarded-Port, else 443 behind TLS, else the port of the Host header (api-conventions, section 8). */
const addressOf = ({ headers }: FastifyRequest): { readonly host: string; readonly port: number } => {
  const [, host = '', port] = /^(.{1,255}?)(?::(\d{1,5}))?$/.exec((headers.host ?? '').slice(0, 300)) ?? [];
  const forwardedPort = first(headers['x-forwarded-port']);
  if (forwardedPort && /^\d{1,5}$/.test(forwardedPort)) return { host, port: Number(forwardedPort) };
  if (first(headers['x-forwarded-proto']) === 'https') return { host, port: 443 };
  return { host, port: port ? Number(port) : 80 };
};
