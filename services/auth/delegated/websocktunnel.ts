import { SignJWT } from 'jose';
import { notConfigured } from './not-configured.ts';

const lifetimeSeconds = 96 * 3_600;
const earlierSeconds = 15 * 60;

interface TunnelRequest {
  readonly wstAudience: string;
  readonly wstClient: string;
  readonly subject: string;
  readonly nowMs: number;
}

/** A token for the tunnel service (auth.md, section 8): HS256, for 96 hours, valid from 15 minutes ago. */
export const tunnelToken = async (secret: string, { wstAudience, wstClient, subject, nowMs }: TunnelRequest) => {
  if (secret === '') throw notConfigured('The tunnel service');
  const iat = Math.floor(nowMs / 1_000);
  const exp = iat + lifetimeSeconds;
  const token = await new SignJWT({
    tid: wstClient,
    sub: subject,
    aud: wstAudience,
    iss: 'taskcluster-auth',
    iat,
    nbf: iat - earlierSeconds,
    exp,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
  return { wstClient, wstAudience, token, expires: new Date(exp * 1_000).toISOString() };
};
