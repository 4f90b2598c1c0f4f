import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './secrets.ts';

export const rootClientId = 'static/taskcluster/root';
const tokenBytes = 33;

/** The token of the root client: the one in the data folder's `credentials.env`, or a new one at first start. */
export const rootToken = (dataDir: string, given: string): string => {
  if (given !== '') return given;
  const file = credentialsFile(dataDir);
  const known = existsSync(file) ? /^TASKCLUSTER_ACCESS_TOKEN=['"]?([\w-]{22,66})['"]?$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return known ?? randomBytes(tokenBytes).toString('base64url');
};

export const credentialsFile = (dataDir: string): string => join(dataDir, 'credentials.env');

/** Writes what a client needs to sign in as root: for `source`, and for the command line, which looks for it. */
export const writeCredentials = (dataDir: string, rootUrl: string, accessToken: string): void =>
  writePrivate(
    credentialsFile(dataDir),
    `TASKCLUSTER_ROOT_URL=${rootUrl}\nTASKCLUSTER_CLIENT_ID=${rootClientId}\nTASKCLUSTER_ACCESS_TOKEN=${accessToken}\n`,
  );
