import type { AuthService } from '../service.ts';

const earlierMs = 15 * 60_000;
const laterMs = 25 * 60_000;
const pageSize = 1_000;

type Azure = Pick<AuthService, 'azure' | 'config' | 'now'>;

const address = ({ config }: Azure, account: string, kind: 'table' | 'blob') =>
  config.azureEndpoint === '' ? `https://${account}.${kind}.core.windows.net` : `${config.azureEndpoint}/${account}`;
const span = ({ now }: Azure) => ({ startsOn: new Date(now() - earlierMs), expiresOn: new Date(now() + laterMs) });
// Only with an address given for an emulator is plain HTTP spoken.
const plain = ({ config }: Azure) => ({ allowInsecureConnection: config.azureEndpoint.startsWith('http:') });

// The SDKs are loaded when a deployment has an account.
const tables = () => import('@azure/data-tables');
const blobs = () => import('@azure/storage-blob');

export const listTables = async (service: Azure, account: string, continuationToken: string | undefined) => {
  const key = service.azure.keyOf(account);
  const { AzureNamedKeyCredential, TableServiceClient } = await tables();
  const client = new TableServiceClient(address(service, account, 'table'), new AzureNamedKeyCredential(account, key), plain(service));
  const pages = client.listTables().byPage({ maxPageSize: pageSize, ...(continuationToken ? { continuationToken } : {}) });
  const { value: page } = await pages.next();
  return {
    tables: (page ?? []).flatMap(({ name }: { name?: string }) => name ?? []),
    ...(page?.continuationToken ? { continuationToken: String(page.continuationToken) } : {}),
  };
};

export interface AccessRequest {
  readonly account: string;
  /** A table or a container. */
  readonly name: string;
  readonly readOnly: boolean;
}

export const tableSas = async (service: Azure, { account, name, readOnly }: AccessRequest) => {
  const key = service.azure.keyOf(account);
  const { AzureNamedKeyCredential, generateTableSas, TableServiceClient } = await tables();
  const credential = new AzureNamedKeyCredential(account, key);
  if (!readOnly) {
    const client = new TableServiceClient(address(service, account, 'table'), credential, plain(service));
    await service.azure.once(`table ${account}/${name}`, () => client.createTable(name));
  }
  const { startsOn, expiresOn } = span(service);
  const permissions = { query: true, add: !readOnly, update: !readOnly, delete: !readOnly };
  return { sas: generateTableSas(name, credential, { startsOn, expiresOn, permissions }), expiry: expiresOn.toISOString() };
};

export const listContainers = async (service: Azure, account: string, continuationToken: string | undefined) => {
  const key = service.azure.keyOf(account);
  const { BlobServiceClient, StorageSharedKeyCredential } = await blobs();
  const client = new BlobServiceClient(address(service, account, 'blob'), new StorageSharedKeyCredential(account, key));
  const pages = client.listContainers().byPage({ maxPageSize: pageSize, ...(continuationToken ? { continuationToken } : {}) });
  const { value: page } = await pages.next();
  const items: readonly { readonly name: string }[] = page?.containerItems ?? [];
  return {
    containers: items.map(({ name }) => name),
    ...(page?.continuationToken ? { continuationToken: String(page.continuationToken) } : {}),
  };
};

export const containerSas = async (service: Azure, { account, name, readOnly }: AccessRequest) => {
  const key = service.azure.keyOf(account);
  const { BlobServiceClient, ContainerSASPermissions, generateBlobSASQueryParameters, StorageSharedKeyCredential } = await blobs();
  const credential = new StorageSharedKeyCredential(account, key);
  if (!readOnly) {
    const client = new BlobServiceClient(address(service, account, 'blob'), credential);
    await service.azure.once(`container ${account}/${name}`, () => client.getContainerClient(name).createIfNotExists());
  }
  const { startsOn, expiresOn } = span(service);
  const permissions = ContainerSASPermissions.parse(readOnly ? 'rl' : 'rwdl');
  const sas = generateBlobSASQueryParameters({ containerName: name, startsOn, expiresOn, permissions }, credential).toString();
  return { sas, expiry: expiresOn.toISOString() };
};
