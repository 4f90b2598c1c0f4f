import { type Setting, text } from '@taskcluster/config';
import { type StaticClientEntry, staticClientMistakes } from './static/configured.ts';

interface JsonSetting<T> {
  readonly env: string;
  readonly description: string;
  readonly default: T;
  /** What is expected, for people: the parsed value must satisfy `check`. */
  readonly shape: string;
  readonly check: (value: unknown) => boolean;
}
const parsed = (given: string): unknown => {
  try {
    return JSON.parse(given);
  } catch {
    throw new Error('JSON was expected');
  }
};
/** A setting whose text is JSON. It holds keys of other systems, so it is never shown. */
const json = <T>({ shape, check, ...setting }: JsonSetting<T>): Setting<T> => ({
  ...setting,
  secret: true,
  parse: (given) => {
    const value = parsed(given);
    if (!check(value)) throw new Error(`${shape} was expected`);
    return value as T;
  },
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: unknown, ...keys: readonly string[]) => isObject(value) && keys.every((key) => typeof value[key] === 'string');
const isTexts = (value: unknown) => Array.isArray(value) && value.every((part) => typeof part === 'string');

export interface AwsBuckets {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly buckets: readonly string[];
}
export interface GcpProject {
  readonly credentials: { readonly client_email: string; readonly private_key: string; readonly token_uri?: string };
  readonly allowedServiceAccounts: readonly string[];
}
export interface GithubApp {
  readonly appId: string;
  readonly privateKey: string;
}

const secretText = (env: string, description: string) => text({ env, description, default: '', secret: true });
const plainText = (env: string, description: string, fallback = '') => text({ env, description, default: fallback });

const staticClients: Setting<readonly StaticClientEntry[]> = {
  env: 'STATIC_CLIENTS',
  description:
    'Clients that the configuration defines, as a JSON list of {"clientId": "static/…", "accessToken", "scopes", "description"}. ' +
    'Of the built-in ones, static/taskcluster/…, all or none, and without scopes; with none their tokens are derived from the secret.',
  default: [],
  secret: true,
  parse: (given) => {
    const value = parsed(given);
    const mistakes = staticClientMistakes(value);
    if (mistakes.length > 0) throw new Error(mistakes.join('; '));
    return value as readonly StaticClientEntry[];
  },
};

export const settings = {
  staticClients,
  websocktunnelSecret: secretText('WEBSOCKTUNNEL_SECRET', 'The secret that the tunnel service checks tokens with.'),
  awsBuckets: json<readonly AwsBuckets[]>({
    env: 'AWS_CREDENTIALS_ALLOWED_BUCKETS',
    description: 'The S3 buckets that access is handed out to, with the keys that may do so.',
    default: [],
    shape: 'a list of {"accessKeyId", "secretAccessKey", "buckets"}',
    check: (value) => Array.isArray(value) && value.every((v) => has(v, 'accessKeyId', 'secretAccessKey') && isTexts(v.buckets)),
  }),
  awsRegion: plainText('AWS_STS_REGION', 'The region whose STS is asked.', 'us-east-1'),
  awsStsEndpoint: plainText('AWS_STS_ENDPOINT', 'Another address for STS.'),
  azureAccounts: json<Readonly<Record<string, string>>>({
    env: 'AZURE_ACCOUNTS',
    description: 'The Azure storage accounts that access is handed out to, with their keys.',
    default: {},
    shape: 'an object of account names and keys',
    check: (value) => isObject(value) && Object.values(value).every((key) => typeof key === 'string'),
  }),
  azureEndpoint: plainText('AZURE_STORAGE_ENDPOINT', 'Another address for Azure storage, for emulators; the account’s name is appended.'),
  gcpProjects: json<Readonly<Record<string, GcpProject>>>({
    env: 'GCP_CREDENTIALS_ALLOWED_PROJECTS',
    description: 'One Google project, with the service account that may hand out access and those that access is handed out to.',
    default: {},
    shape: 'an object with one project: {"credentials": {"client_email", "private_key"}, "allowedServiceAccounts"}',
    check: (value) =>
      isObject(value) &&
      Object.keys(value).length <= 1 &&
      Object.values(value).every(
        (p) => isObject(p) && has(p.credentials, 'client_email', 'private_key') && isTexts(p.allowedServiceAccounts),
      ),
  }),
  gcpTokenEndpoint: plainText('GCP_TOKEN_ENDPOINT', 'Google’s OAuth token endpoint.', 'https://oauth2.googleapis.com/token'),
  gcpIamEndpoint: plainText('GCP_IAM_ENDPOINT', 'Google’s IAM credentials API.', 'https://iamcredentials.googleapis.com'),
  sentryHost: plainText('SENTRY_HOST', 'The host of Sentry, or its whole address. All of the Sentry settings, or none.'),
  sentryOrganization: plainText('SENTRY_ORGANIZATION', 'The Sentry organization.'),
  sentryTeam: plainText('SENTRY_TEAM', 'The Sentry team that new projects belong to.'),
  sentryKeyPrefix: plainText('SENTRY_KEY_PREFIX', 'What the names of the keys that are managed here begin with.'),
  sentryAuthToken: secretText('SENTRY_AUTH_TOKEN', 'A Sentry token that may manage projects and keys.'),
  githubApps: json<Readonly<Record<string, GithubApp>>>({
    env: 'GITHUB_CREDENTIALS_APPS',
    description: 'The GitHub apps that tokens are handed out of, by name.',
    default: {},
    shape: 'an object of names and {"appId", "privateKey"} (texts; the key in PEM)',
    check: (value) => isObject(value) && Object.values(value).every((app) => has(app, 'appId', 'privateKey')),
  }),
  githubEndpoint: plainText('GITHUB_API_ENDPOINT', 'GitHub’s API.', 'https://api.github.com'),
} as const;
