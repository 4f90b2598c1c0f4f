import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { jwtVerify } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { policyFor } from './aws.ts';
import { deleteExpiredKeys } from './sentry.ts';

/** Answers as the other systems do, from exchanges that are written down below; and remembers what it was asked. */
interface Recorded {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const asked: { readonly call: string; readonly body: string }[] = [];
/** The body of the last request of this kind: the loop that looks after Sentry keys asks at times of its own. */
const lastBody = (call: string): string => asked.findLast((a) => a.call.startsWith(call))?.body ?? '';
const answers = new Map<string, Recorded[]>();
const on = (call: string, ...recorded: Recorded[]) => void answers.set(call, recorded);

let emulator: Server;
let root: string;
let t: TestPlatform;
beforeAll(async () => {
  emulator = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const call = `${request.method} ${request.url}`;
      asked.push({ call, body: Buffer.concat(parts).toString() });
      const queue = answers.get(call) ?? [];
      const {
        status = 200,
        type = 'application/json',
        body,
        headers = {},
      } = (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': type, ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => emulator.listen(0, '127.0.0.1', resolve));
  const address = emulator.address();
  root = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  t = await testPlatform(inject('postgres'), {
    WEBSOCKTUNNEL_SECRET: 'a secret of the tunnel service',
    AWS_CREDENTIALS_ALLOWED_BUCKETS: JSON.stringify([{ accessKeyId: 'AKIA', secretAccessKey: 's3cret', buckets: ['a-bucket'] }]),
    AWS_STS_ENDPOINT: root,
    AZURE_ACCOUNTS: JSON.stringify({ account: Buffer.from('a key').toString('base64') }),
    AZURE_STORAGE_ENDPOINT: root,
    GCP_CREDENTIALS_ALLOWED_PROJECTS: JSON.stringify({
      project: { credentials: { client_email: 'me@example.com', private_key: privateKey }, allowedServiceAccounts: ['a@example.com'] },
    }),
    GCP_TOKEN_ENDPOINT: `${root}/token`,
    GCP_IAM_ENDPOINT: root,
    SENTRY_HOST: root,
    SENTRY_ORGANIZATION: 'org',
    SENTRY_TEAM: 'team',
    SENTRY_KEY_PREFIX: 'managed-',
    SENTRY_AUTH_TOKEN: 'token',
    GITHUB_CREDENTIALS_APPS: JSON.stringify({ app: { appId: '1', privateKey } }),
    GITHUB_API_ENDPOINT: root,
  });
});
afterAll(async () => {
  await t.close();
  emulator.close();
});

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing was refused',
    (err: { code?: string }) => err.code,
  );

test('a tunnel token is signed with the secret and lasts for 96 hours', async () => {
  const given = await t.clients.auth.websocktunnelToken({ wstAudience: 'tunnel', wstClient: 'me' });
  const { payload } = await jwtVerify(given.token, new TextEncoder().encode('a secret of the tunnel service'), { audience: 'tunnel' });
  expect(payload).toMatchObject({ tid: 'me', sub: t.credentials.clientId, iss: 'taskcluster-auth' });
  expect(payload.exp! - payload.iat!).toBe(96 * 3_600);
  expect(payload.iat! - payload.nbf!).toBe(900);
  expect(Date.parse(given.expires)).toBe(payload.exp! * 1_000);
});

test('S3 credentials come from STS with a policy for the prefix', async () => {
  on('POST /', {
    type: 'text/xml',
    body: `<GetFederationTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetFederationTokenResult><Credentials>
      <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>temporary</SecretAccessKey><SessionToken>session</SessionToken>
      <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></GetFederationTokenResult></GetFederationTokenResponse>`,
  });
  const given = await t.clients.auth.awsS3Credentials({ level: 'read-only', bucket: 'a-bucket', prefix: 'some/prefix/' });
  expect(given).toEqual({
    credentials: { accessKeyId: 'ASIA', secretAccessKey: 'temporary', sessionToken: 'session' },
    expires: '2030-01-01T00:00:00.000Z',
  });
  const sent = new URLSearchParams(lastBody('POST /'));
  expect(JSON.parse(sent.get('Policy') ?? '')).toEqual(policyFor({ bucket: 'a-bucket', prefix: 'some/prefix/', readOnly: true }));
  expect(await refusal(t.clients.auth.awsS3Credentials({ level: 'read-only', bucket: 'another', prefix: 'x' }))).toBe('ResourceNotFound');
  expect(await refusal(t.clients.auth.awsS3Credentials({ level: 'read-only', bucket: 'a-bucket', prefix: '/x' }))).toBe('InputError');
});

test('the policy takes a star in the prefix for a letter, and allows writing only with read-write', () => {
  const [objects] = policyFor({ bucket: 'b', prefix: 'a*', readOnly: false }).Statement;
  expect(objects).toMatchObject({ Resource: ['arn:aws:s3:::b/a${*}*'], Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'] });
  expect(policyFor({ bucket: 'b', prefix: 'a', readOnly: true }).Statement[0]?.Action).toEqual(['s3:GetObject']);
});

test('Google tokens are made for allowed service accounts of the configured project', async () => {
  on('POST /token', { body: { access_token: 'own' } });
  on('POST /v1/projects/-/serviceAccounts/a%40example.com:generateAccessToken', {
    body: { accessToken: 'theirs', expireTime: '2030-01-01T00:00:00Z' },
  });
  const ask = (projectId: string, serviceAccount: string) => t.clients.auth.gcpCredentials({ projectId, serviceAccount });
  expect(await ask('project', 'a@example.com')).toEqual({ accessToken: 'theirs', expireTime: '2030-01-01T00:00:00Z' });
  expect(await refusal(ask('project', 'b@example.com'))).toBe('InvalidRequestArguments');
  expect(await refusal(ask('other', 'a@example.com'))).toBe('ResourceNotFound');
});

test('a Sentry project is made when it is missing, and a key that lasts long enough is used again', async () => {
  const dsn = { public: 'https://a@sentry.example/1', secret: 'https://a:b@sentry.example/1' };
  const label = `managed-${new Date(t.clock.now() + 40 * 3_600_000).toISOString()}`;
  const keys = '/api/0/projects/org/proj/keys/';
  on(
    `GET ${keys}`,
    { status: 404, body: {} },
    { body: [{ id: '0', label: 'managed-2020-01-01T00:00:00.000Z', dsn }] },
    { body: [{ id: '1', label, dsn }] },
  );
  on('POST /api/0/teams/org/team/projects/', { status: 201, body: {} });
  on(`POST ${keys}`, { status: 201, body: { id: '1', label, dsn } });
  const first = await t.clients.auth.sentryDSN({ project: 'proj' });
  const second = await t.clients.auth.sentryDSN({ project: 'proj' });
  expect(second).toEqual(first);
  expect(first).toMatchObject({ project: 'proj', dsn });
  expect(asked.filter((a) => a.call === `POST ${keys}`)).toHaveLength(1);
});

test('Sentry keys that expired are deleted, and keys of others stay', async () => {
  const dsn = { public: 'https://a@sentry.example/1', secret: 'https://a:b@sentry.example/1' };
  const keys = '/api/0/projects/org/old/keys/';
  on('GET /api/0/organizations/org/projects/', { body: [{ slug: 'old' }] });
  on(`GET ${keys}`, { body: ['managed-2020-01-01T00:00:00.000Z', 'Default'].map((label, id) => ({ id: String(id), label, dsn })) });
  on(`DELETE ${keys}0/`, { status: 204, body: '' });
  const parts = ['Host', 'Organization', 'Team', 'KeyPrefix', 'AuthToken'];
  const given = [root, 'org', 'team', 'managed-', 'token'];
  const config = Object.fromEntries(parts.map((part, i) => [`sentry${part}`, given[i]])) as unknown as Parameters<
    typeof deleteExpiredKeys
  >[0];
  expect(await deleteExpiredKeys(config, Date.now())).toBe(1);
  expect(asked.filter((a) => a.call.startsWith('DELETE')).map((a) => a.call)).toEqual([`DELETE ${keys}0/`]);
});

test('a GitHub token is made where the app is installed, and each refusal of GitHub has its own answer', async () => {
  const ask = (owner: string) =>
    t.clients.auth.githubRepoToken(
      { appName: 'app', owner },
      { repositories: ['Repo'], permissions: { contents: 'read' } },
      { retries: 0 },
    );
  on('GET /users/owner/installation', { body: { id: 7, account: { login: 'Owner' } } });
  const make = 'POST /app/installations/7/access_tokens';
  on(make, { status: 201, body: { token: 'ghs', expires_at: '2030-01-01T00:00:00Z' } });
  expect(await ask('OWNER')).toEqual({ token: 'ghs', expires: '2030-01-01T00:00:00Z' });
  expect(JSON.parse(lastBody('POST /app/installations/'))).toEqual({ repositories: ['repo'], permissions: { contents: 'read' } });
  on(make, { status: 422, body: { message: 'no such repository' } });
  expect(await refusal(ask('owner'))).toBe('InputError');
  on(make, { status: 403, body: { message: 'You have exceeded a secondary rate limit' }, headers: { 'retry-after': '60' } });
  expect(await refusal(ask('owner'))).toBe('TooManyRequests');
  on(make, { status: 404, body: {} });
  expect(await refusal(ask('owner'))).toBe('ResourceNotFound');
  on('GET /orgs/renamed/installation', { body: { id: 8, account: { login: 'newname' } } });
  expect(await refusal(ask('renamed'))).toBe('InputError');
  expect(await refusal(ask('nobody'))).toBe('ResourceNotFound');
});

test('an Azure account gives signatures for 25 minutes, and writing makes the container first', async () => {
  on('PUT /account/things?restype=container', { status: 201, body: '' });
  expect((await t.clients.auth.azureAccounts({})).accounts).toEqual(['account']);
  const container = await t.clients.auth.azureContainerSAS({ account: 'account', container: 'things', level: 'read-write' });
  expect(new URLSearchParams(container.sas).get('sp')).toBe('rwdl');
  expect(Date.parse(container.expiry) - t.clock.now()).toBeLessThanOrEqual(25 * 60_000);
  expect(asked.some((a) => a.call === 'PUT /account/things?restype=container')).toBe(true);
  const table = await t.clients.auth.azureTableSAS({ account: 'account', table: 'things', level: 'read-only' });
  expect(new URLSearchParams(table.sas).get('sp')).toBe('r');
  expect(await refusal(t.clients.auth.azureTableSAS({ account: 'other', table: 'things', level: 'read-only' }))).toBe('ResourceNotFound');
});
