import { ApiError, type Handler, respond } from '@taskcluster/api';
import { createTemporaryCredentials } from '@taskcluster/client';
import type { webServer } from '@taskcluster/contracts';
import { sessionCookie, sessionIdIn } from '../cookie.ts';
import { hashOf } from '../secret.ts';
import type { WebServer } from '../service.ts';
import { touchSession } from '../store/sessions.ts';
import { requireSamePage } from './same-page.ts';

// A minute back, for browsers whose clocks are a little behind.
const startMs = -60_000;
const lifeMs = 15 * 60_000;

/** Temporary credentials with all scopes, for whoever has a session: the person who runs this platform. */
export const credentials: Handler<typeof webServer.endpoints.credentials, WebServer> = async ({ db, rootUrl, root, now }, { headers }) => {
  requireSamePage(headers);
  const sessionId = sessionIdIn(headers.cookie);
  const session = sessionId === undefined ? undefined : await touchSession(db, hashOf(sessionId));
  if (sessionId === undefined || !session)
    throw new ApiError('AuthenticationFailed', 'There is no session, or it has lapsed. Sign in again.');
  const at = now();
  const expiry = new Date(at + lifeMs);
  const issued = createTemporaryCredentials({
    credentials: root(),
    clientId: `web/${session.label}`,
    scopes: ['*'],
    start: new Date(at + startMs),
    expiry,
  });
  return respond(200, { 'set-cookie': sessionCookie(rootUrl, sessionId) }, { credentials: issued, expires: expiry.toISOString() });
};
