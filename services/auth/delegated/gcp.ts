import { ApiError } from '@taskcluster/api';
import type { Config } from '@taskcluster/config';
import { importPKCS8, SignJWT } from 'jose';
import type { GcpProject, settings } from '../settings.ts';
import { ask, notConfigured } from './not-configured.ts';

const lifetimeSeconds = 3_600;
const scope = 'https://www.googleapis.com/auth/cloud-platform';

interface GcpRequest {
  readonly projectId: string;
  readonly serviceAccount: string;
}

/** An access token of a Google service account, for an hour (auth.md, section 8). */
export const gcpToken = async (config: Config<typeof settings>, { projectId, serviceAccount }: GcpRequest) => {
  const [configured] = Object.entries(config.gcpProjects);
  if (configured && !configured[1].allowedServiceAccounts.includes(serviceAccount))
    throw new ApiError('InvalidRequestArguments', 'Service account {{serviceAccount}} is not one that access is handed out to.', {
      serviceAccount,
    });
  if (!configured || configured[0] !== projectId) throw notConfigured(`Google project ${projectId}`);
  const bearer = await ownToken(config, configured[1]);
  const url = `${config.gcpIamEndpoint}/v1/projects/-/serviceAccounts/${encodeURIComponent(serviceAccount)}:generateAccessToken`;
  const { status, json } = await ask(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: [scope], lifetime: `${lifetimeSeconds}s` }),
  });
  const { accessToken, expireTime } = json as { accessToken?: unknown; expireTime?: unknown };
  if (status !== 200 || typeof accessToken !== 'string' || typeof expireTime !== 'string') throw refused(status);
  return { accessToken, expireTime };
};

/** A token of the account that may make tokens of others. */
const ownToken = async (config: Config<typeof settings>, { credentials }: GcpProject): Promise<string> => {
  const key = await importPKCS8(credentials.private_key, 'RS256');
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(credentials.client_email)
    .setAudience(config.gcpTokenEndpoint)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(key);
  const { status, json } = await ask(config.gcpTokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString(),
  });
  const token = (json as { access_token?: unknown }).access_token;
  if (status !== 200 || typeof token !== 'string') throw refused(status);
  return token;
};

const refused = (status: number) =>
  new ApiError('ResourceNotFound', 'Google gave no credentials (it answered {{status}}). Check that the service account exists.', {
    status: String(status),
  });
