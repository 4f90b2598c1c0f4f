import { get, post } from '../contract.ts';

import {
  AwsS3CredentialsResponse,
  AzureBlobSharedAccessSignature,
  AzureListAccountResponse,
  AzureListContainersResponse,
  AzureListTableResponse,
  AzureTableSharedAccessSignature,
  GcpCredentialsResponse,
  GithubRepoTokenRequest,
  GithubTokenResponse,
  SentryDSNResponse,
  WebsocktunnelTokenResponse,
} from './credentials.ts';

const azure = { category: 'Azure Credentials', stability: 'deprecated' } as const;
const continuationToken = /^.+$/s;

/** Credentials for other systems, which this one keeps the keys of. Each is 404 until the deployment configures it. */
export const credentialEndpoints = {
  awsS3Credentials: get('/aws/s3/:level/:bucket/:prefix(*)', {
    title: 'S3 credentials',
    description:
      'AWS credentials for an hour, for the objects of one bucket whose key begins with `prefix`. End the prefix with a slash unless ' +
      'names that begin alike are meant too. `format=iam-role-compat` answers in the form of the EC2 metadata service.',
    category: 'AWS Credentials',
    stability: 'stable',
    scopes: {
      if: 'levelIsReadOnly',
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
      then: { AnyOf: ['auth:aws-s3:read-only:<bucket>/<prefix>', 'auth:aws-s3:read-write:<bucket>/<prefix>'] },
      else: 'auth:aws-s3:read-write:<bucket>/<prefix>',
    },
    query: { format: /iam-role-compat/ },
    output: AwsS3CredentialsResponse,
  }),
  azureAccounts: get('/azure/accounts', {
    title: 'Azure accounts',
    description: 'The storage accounts that access is handed out to.',
    ...azure,
    scopes: 'auth:azure-table:list-accounts',
    output: AzureListAccountResponse,
  }),
  azureTables: get('/azure/:account/tables', {
    title: 'Azure tables',
    description: 'The tables of a storage account.',
    ...azure,
    scopes: 'auth:azure-table:list-tables:<account>',
    query: { continuationToken },
    output: AzureListTableResponse,
  }),
  azureTableSAS: get('/azure/:account/table/:table/:level', {
    title: 'Access to an Azure table',
    description: 'A shared access signature for one table. With `read-write` the table is created if it is not there.',
    ...azure,
    scopes: {
      if: 'levelIsReadOnly',
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
      then: { AnyOf: ['auth:azure-table:read-only:<account>/<table>', 'auth:azure-table:read-write:<account>/<table>'] },
      else: 'auth:azure-table:read-write:<account>/<table>',
    },
    output: AzureTableSharedAccessSignature,
  }),
  azureContainers: get('/azure/:account/containers', {
    title: 'Azure containers',
    description: 'The containers of a storage account.',
    ...azure,
    scopes: 'auth:azure-container:list-containers:<account>',
    query: { continuationToken },
    output: AzureListContainersResponse,
  }),
  azureContainerSAS: get('/azure/:account/containers/:container/:level', {
    title: 'Access to an Azure container',
    description: 'A shared access signature for one container. With `read-write` the container is created if it is not there.',
    ...azure,
    scopes: {
      if: 'levelIsReadOnly',
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
      then: { AnyOf: ['auth:azure-container:read-only:<account>/<container>', 'auth:azure-container:read-write:<account>/<container>'] },
      else: 'auth:azure-container:read-write:<account>/<container>',
    },
    output: AzureBlobSharedAccessSignature,
  }),
  sentryDSN: get('/sentry/:project/dsn', {
    title: 'Sentry DSN',
    description: 'Where to send error reports of a project. The project is created if it is not there.',
    category: 'Sentry Credentials',
    stability: 'stable',
    scopes: 'auth:sentry:<project>',
    output: SentryDSNResponse,
  }),
  websocktunnelToken: get('/websocktunnel/:wstAudience/:wstClient', {
    title: 'Tunnel token',
    description: 'A token with which a client connects to the tunnel service named by the audience.',
    category: 'Websocktunnel Credentials',
    stability: 'stable',
    scopes: 'auth:websocktunnel-token:<wstAudience>/<wstClient>',
    output: WebsocktunnelTokenResponse,
  }),
  gcpCredentials: get('/gcp/credentials/:projectId/:serviceAccount', {
    title: 'Google credentials',
    description: 'An access token of a Google service account, for an hour.',
    category: 'GCP Credentials',
    stability: 'stable',
    scopes: 'auth:gcp:access-token:<projectId>/<serviceAccount>',
    output: GcpCredentialsResponse,
  }),
  githubRepoToken: post('/github/:appName/:owner/repo-token', {
    title: 'GitHub repository token',
    description:
      'A token of a GitHub app for some repositories of one owner. For each repository and permission the caller needs the scope ' +
      '`auth:github-repo-token:<app>/<owner>/<repository>:<permission>:<level>`, all names in lower case.',
    category: 'Github Credentials',
    stability: 'experimental',
    scopes: { AllOf: [{ for: 'repoPerm', in: 'repoPerms', each: 'auth:github-repo-token:<appName>/<owner>/<repoPerm>' }] },
    input: GithubRepoTokenRequest,
    output: GithubTokenResponse,
  }),
} as const;
