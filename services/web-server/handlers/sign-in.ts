import { randomBytes } from 'node:crypto';
import { ApiError, type Handler, respond } from '@taskcluster/api';
import type { webServer } from '@taskcluster/contracts';
import { sessionCookie, sessionIdIn } from '../cookie.ts';
import { hashOf, newSecret } from '../secret.ts';
import type { WebServer } from '../service.ts';
import { insertSession, removeSession, takeCode } from '../store/sessions.ts';
import { requireSamePage } from './same-page.ts';

/** Begins a session for a one-time code. A session that the browser had is replaced, never continued. */
export const signIn: Handler<typeof webServer.endpoints.signIn, WebServer> = async ({ db, rootUrl }, { body: { code }, headers }) => {
  requireSamePage(headers);
  const sessionId = newSecret();
  const previous = sessionIdIn(headers.cookie);
  await db.tx(async (tx) => {
    if (!(await takeCode(tx, hashOf(code)))) {
      throw new ApiError(
        'AuthenticationFailed',
        'This sign-in code is wrong, was used already, or is older than 15 minutes. Start the platform again, or ask for a new link.',
      );
    }
    if (previous !== undefined) await removeSession(tx, hashOf(previous));
    await insertSession(tx, { hash: hashOf(sessionId), label: randomBytes(6).toString('base64url') });
  });
  return respond(200, { 'set-cookie': sessionCookie(rootUrl, sessionId) }, {});
};
