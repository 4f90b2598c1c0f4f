import { type Client, type Credentials, http, signedUrl } from '@taskcluster/client';
import { queue } from '@taskcluster/contracts';
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Platform {
  readonly rootUrl: string;
  readonly queue: Client<typeof queue>;
  /** A URL that reads one artifact, for whoever has it, until a time. It may do nothing else. */
  readonly artifactUrl: (taskId: string, name: string, expiresAt: Date) => string;
}

/** The platform that the environment names, or the local one whose data folder is nearest. */
export const findPlatform = (): Platform => {
  if (!process.env.TASKCLUSTER_ROOT_URL) loadNearest(process.cwd());
  const {
    TASKCLUSTER_ROOT_URL: rootUrl,
    TASKCLUSTER_CLIENT_ID: clientId,
    TASKCLUSTER_ACCESS_TOKEN: accessToken,
    TASKCLUSTER_CERTIFICATE: certificate,
  } = process.env;
  if (!rootUrl || !clientId || !accessToken) {
    throw new Error(
      'There is no platform here, or no credentials for it. Start one with "taskcluster up", or set TASKCLUSTER_ROOT_URL, _CLIENT_ID and _ACCESS_TOKEN.',
    );
  }
  const credentials: Credentials = { clientId, accessToken, certificate };
  return {
    rootUrl,
    queue: http(queue, { rootUrl, credentials }),
    artifactUrl: (taskId, name, expiresAt) =>
      signedUrl({
        credentials,
        url: `${rootUrl}/api/queue/v1/task/${taskId}/artifacts/${encodeURIComponent(name)}`,
        expiresAt,
        authorizedScopes: [`queue:get-artifact:${name}`],
      }),
  };
};

const loadNearest = (folder: string): void => {
  const file = path.join(folder, '.taskcluster', 'credentials.env');
  const parent = path.dirname(folder);
  if (existsSync(file)) process.loadEnvFile(file);
  else if (parent !== folder) loadNearest(parent);
};
