import { type Handler, respond } from '@taskcluster/api';
import type { webServer } from '@taskcluster/contracts';
import { sessionCookie, sessionIdIn } from '../cookie.ts';
import { hashOf } from '../secret.ts';
import type { WebServer } from '../service.ts';
import { removeSession } from '../store/sessions.ts';
import { requireSamePage } from './same-page.ts';

/** Ends the session, for whoever else has its cookie too. Without one it does nothing. */
export const signOut: Handler<typeof webServer.endpoints.signOut, WebServer> = async ({ db, rootUrl }, { headers }) => {
  requireSamePage(headers);
  const sessionId = sessionIdIn(headers.cookie);
  if (sessionId !== undefined) await removeSession(db, hashOf(sessionId));
  return respond(200, { 'set-cookie': sessionCookie(rootUrl, undefined) }, {});
};
