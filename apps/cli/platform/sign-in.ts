import type { Credentials } from '@taskcluster/client';
import path from 'node:path';
import { CommandError, exit } from '../exit.ts';
import type { Terminal } from '../output/terminal.ts';
import { credentialsIn, nearestCredentials, type Variables } from './credentials-file.ts';

/** Which platform to call, and as whom. */
export interface SignIn {
  /** Where the API is: the root URL, or a proxy that signs. Without a slash at its end. */
  readonly apiUrl: string;
  /** Where people find the platform, for links. */
  readonly rootUrl: string;
  /** Absent: anonymous, or the proxy signs. */
  readonly credentials?: Credentials;
}

/**
 * Finds out which platform is meant: the data folder that was asked for, else the environment, else the local platform whose data
 * folder is nearest. A source is taken whole: credentials are never sent to a platform that another source names.
 * @throws CommandError when there is no platform, or its credentials are incomplete.
 */
export const signIn = async ({ env, folder }: Pick<Terminal, 'env' | 'folder'>, dataFolder?: string): Promise<SignIn> => {
  if (dataFolder !== undefined) return fromVariables(await credentialsIn(path.resolve(folder, dataFolder)));
  if (env.TASKCLUSTER_ROOT_URL || env.TASKCLUSTER_PROXY_URL) return fromVariables(env);
  const local = await nearestCredentials(path.resolve(folder));
  if (local) return fromVariables(local);
  throw new CommandError(
    'It is not known which platform is meant. Start one here with "taskcluster up", or set TASKCLUSTER_ROOT_URL to the address of another.',
    exit.unreachable,
  );
};

const fromVariables = (variables: Variables): SignIn => {
  const rootUrl = address('TASKCLUSTER_ROOT_URL', variables.TASKCLUSTER_ROOT_URL || variables.TASKCLUSTER_PROXY_URL);
  const { TASKCLUSTER_CLIENT_ID: clientId, TASKCLUSTER_ACCESS_TOKEN: accessToken, TASKCLUSTER_CERTIFICATE: certificate } = variables;
  if (!clientId !== !accessToken) {
    const missing = clientId ? 'TASKCLUSTER_ACCESS_TOKEN' : 'TASKCLUSTER_CLIENT_ID';
    throw new CommandError(
      `The credentials are incomplete: ${missing} is not set. Set it, or unset the other one to call anonymously.`,
      exit.refused,
    );
  }
  if (clientId && accessToken)
    return { apiUrl: rootUrl, rootUrl, credentials: { clientId, accessToken, ...(certificate && { certificate: checked(certificate) }) } };
  const proxy = variables.TASKCLUSTER_PROXY_URL;
  return { apiUrl: proxy ? address('TASKCLUSTER_PROXY_URL', proxy) : rootUrl, rootUrl };
};

const address = (name: string, value: string | undefined): string => {
  if (!value || !/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new CommandError(`${name} is not an address. Set it to one that begins with http:// or https://.`, exit.wrongUse);
  }
  return value.replace(/\/+$/, '');
};

const checked = (certificate: string): string => {
  try {
    JSON.parse(certificate);
    return certificate;
  } catch {
    // The value itself is left out: it is as secret as the token.
    throw new CommandError('TASKCLUSTER_CERTIFICATE is not JSON. Copy it again, with its quotes.', exit.refused);
  }
};
