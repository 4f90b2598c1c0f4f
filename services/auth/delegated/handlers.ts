import { type Handlers, respond } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import type { AuthService } from '../service.ts';
import { s3Credentials } from './aws.ts';
import { containerSas, listContainers, listTables, tableSas } from './azure.ts';
import { gcpToken } from './gcp.ts';
import { repoToken } from './github.ts';
import { sentryDsn } from './sentry.ts';
import { tunnelToken } from './websocktunnel.ts';

type Azure = 'azureAccounts' | 'azureTables' | 'azureTableSAS' | 'azureContainers' | 'azureContainerSAS';
type Methods = Azure | 'awsS3Credentials' | 'sentryDSN' | 'websocktunnelToken' | 'gcpCredentials' | 'githubRepoToken';

export const delegatedHandlers: Pick<Handlers<typeof auth, AuthService>, Methods> = {
  awsS3Credentials: async ({ config, now }, { params, query, caller }) => {
    const readOnly = params.level === 'read-only';
    caller.authorize({ ...params, levelIsReadOnly: readOnly });
    const { expires, ...credentials } = await s3Credentials(config, { bucket: params.bucket, prefix: params.prefix, readOnly });
    if (query.format === undefined) return { credentials, expires };
    // The form of the EC2 metadata service, which SDKs read by themselves.
    const metadata = {
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: new Date(now()).toISOString(),
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.sessionToken,
      Expiration: expires,
    };
    return respond(200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(metadata, null, 2));
  },

  azureAccounts: async ({ azure }) => ({ accounts: azure.names }),
  azureTables: async (service, { params, query }) => listTables(service, params.account, query.continuationToken),
  azureContainers: async (service, { params, query }) => listContainers(service, params.account, query.continuationToken),
  azureTableSAS: async (service, { params, caller }) => {
    const readOnly = params.level === 'read-only';
    caller.authorize({ ...params, levelIsReadOnly: readOnly });
    return tableSas(service, { account: params.account, name: params.table, readOnly });
  },
  azureContainerSAS: async (service, { params, caller }) => {
    const readOnly = params.level === 'read-only';
    caller.authorize({ ...params, levelIsReadOnly: readOnly });
    return containerSas(service, { account: params.account, name: params.container, readOnly });
  },

  sentryDSN: async ({ config, now }, { params }) => sentryDsn(config, params.project, now()),

  websocktunnelToken: async ({ config, now }, { params, caller }) =>
    tunnelToken(config.websocktunnelSecret, { ...params, subject: caller.clientId, nowMs: now() }),

  gcpCredentials: async ({ config }, { params }) => gcpToken(config, params),

  githubRepoToken: async (service, { params: { appName, owner: ownerAsGiven }, body, caller }) => {
    const owner = ownerAsGiven.toLowerCase();
    const repositories = [...new Set(body.repositories.map((name) => name.toLowerCase()))];
    const permissions = { ...body.permissions } as Readonly<Record<string, string>>;
    const repoPerms = repositories.flatMap((name) => Object.entries(permissions).map(([what, level]) => `${name}:${what}:${level}`));
    caller.authorize({ appName, owner, repoPerms });
    return repoToken(service, { appName, owner, repositories, permissions });
  },
};
