import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { closed, list, oneOfWords, timestamp } from '../schema.ts';

import { ContinuationToken } from './clients.ts';

const word = (title: string, description: string) => Type.String({ title, description });

export const AwsS3CredentialsResponse = named(
  'auth/v1/aws-s3-credentials-response',
  closed(
    {
      credentials: closed(
        {
          accessKeyId: word('Access key id', 'For any AWS client.'),
          secretAccessKey: word('Secret access key', 'For any AWS client.'),
          sessionToken: word('Session token', 'For any AWS client; without it the key is not accepted.'),
        },
        { title: 'Credentials', description: 'Temporary AWS credentials.' },
      ),
      expires: timestamp('Expires', 'When the credentials lapse: after an hour.'),
    },
    { title: 'S3 credentials', description: 'AWS credentials for one prefix of one bucket.' },
  ),
);
export type AwsS3CredentialsResponse = Static<typeof AwsS3CredentialsResponse>;

const names = (title: string, description: string) => list(word('Name', 'A name.'), { title, description, uniqueItems: true });

export const AzureListAccountResponse = named(
  'auth/v1/azure-account-list-response',
  closed({ accounts: names('Accounts', 'The storage accounts that this deployment hands out access to.') }, { title: 'Storage accounts' }),
);
export const AzureListTableResponse = named(
  'auth/v1/azure-table-list-response',
  closed({ tables: names('Tables', 'Tables of the account.'), continuationToken: ContinuationToken }, { title: 'Tables' }),
);
export const AzureListContainersResponse = named(
  'auth/v1/azure-container-list-response',
  closed({ containers: names('Containers', 'Containers of the account.'), continuationToken: ContinuationToken }, { title: 'Containers' }),
);

const signature = {
  sas: word('Shared access signature', 'Append it to the URL of a request, after a question mark.'),
  expiry: timestamp('Expiry', 'When the signature lapses: after 25 minutes.'),
} as const;
export const AzureTableSharedAccessSignature = named(
  'auth/v1/azure-table-access-response',
  closed(signature, { title: 'Access to a table' }),
);
export const AzureBlobSharedAccessSignature = named(
  'auth/v1/azure-container-response',
  closed(signature, { title: 'Access to a container' }),
);

const uri = (title: string, description: string) => Type.String({ title, description, format: 'uri' });
export const SentryDSNResponse = named(
  'auth/v1/sentry-dsn-response',
  closed(
    {
      project: word('Project', 'The Sentry project.'),
      dsn: closed(
        { public: uri('Public DSN', 'For code that others can read.'), secret: uri('Secret DSN', 'For code that nobody else reads.') },
        { title: 'DSN', description: 'Where reports are sent to.' },
      ),
      expires: timestamp('Expires', 'When the key is deleted; ask again before.'),
    },
    { title: 'Sentry DSN' },
  ),
);

export const WebsocktunnelTokenResponse = named(
  'auth/v1/websocktunnel-token-response',
  closed(
    {
      wstClient: Type.String({ title: 'Client', description: 'The client of the tunnel.', pattern: '^[a-zA-Z0-9_~.%-]+$' }),
      wstAudience: Type.String({ title: 'Audience', description: 'The tunnel service.', pattern: '^[a-zA-Z0-9_-]{1,38}$' }),
      token: word('Token', 'Give it to the tunnel service.'),
      expires: timestamp('Expires', 'When the token lapses: after 96 hours.'),
    },
    { title: 'Tunnel token' },
  ),
);

export const GcpCredentialsResponse = named(
  'auth/v1/gcp-credentials-response',
  closed(
    {
      accessToken: word('Access token', 'A bearer token for Google’s APIs.'),
      expireTime: timestamp('Expires', 'When the token lapses: after an hour.'),
    },
    { title: 'Google credentials' },
  ),
);

const readOrWrite = [
  'actions',
  'administration',
  'artifact_metadata',
  'attestations',
  'checks',
  'code_quality',
  'codespaces',
  'contents',
  'dependabot_secrets',
  'deployments',
  'discussions',
  'environments',
  'issues',
  'merge_queues',
  'metadata',
  'packages',
  'pages',
  'pull_requests',
  'repository_custom_properties',
  'repository_hooks',
  'secret_scanning_alerts',
  'secrets',
  'security_events',
  'single_file',
  'statuses',
  'vulnerability_alerts',
] as const;
const permission = <const L extends string[]>(name: string, levels: readonly [...L]) =>
  Type.Optional(oneOfWords(levels, { title: name.replaceAll('_', ' '), description: `The level of GitHub’s permission \`${name}\`.` }));

type ReadOrWrite = ReturnType<typeof permission<['read', 'write']>>;
const readOrWritten = Object.fromEntries(readOrWrite.map((name) => [name, permission(name, ['read', 'write'])])) as {
  readonly [K in (typeof readOrWrite)[number]]: ReadOrWrite;
};

export const GithubRepoTokenRequest = named(
  'auth/v1/github-repo-token-request',
  closed(
    {
      repositories: list(Type.String({ title: 'Repository', description: 'The name, without the owner.', pattern: '^[A-Za-z0-9._-]+$' }), {
        title: 'Repositories',
        description: 'The repositories that the token is for.',
        minItems: 1,
        maxItems: 500,
      }),
      permissions: closed(
        {
          ...readOrWritten,
          repository_projects: permission('repository_projects', ['read', 'write', 'admin']),
          workflows: permission('workflows', ['write']),
        },
        { title: 'Permissions', description: 'What the token allows, as GitHub names it.', minProperties: 1 },
      ),
    },
    { title: 'Repository token request', description: 'Repositories and what may be done to them.' },
  ),
);
export type GithubRepoTokenRequest = Static<typeof GithubRepoTokenRequest>;

export const GithubTokenResponse = named(
  'auth/v1/github-token-response',
  closed(
    { token: word('Token', 'For GitHub’s API and for git over HTTPS.'), expires: timestamp('Expires', 'When the token lapses.') },
    { title: 'GitHub token' },
  ),
);
