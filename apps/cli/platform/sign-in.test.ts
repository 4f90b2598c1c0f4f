import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn } from './sign-in.ts';

let home: string;
const local = `# written by the platform
TASKCLUSTER_ROOT_URL=http://localhost:8080/
TASKCLUSTER_CLIENT_ID=static/taskcluster/root
TASKCLUSTER_ACCESS_TOKEN="a-local-token"
`;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'sign-in-'));
  await mkdir(path.join(home, '.taskcluster'));
  await mkdir(path.join(home, 'project', 'deep'), { recursive: true });
  await mkdir(path.join(home, 'elsewhere'));
  await writeFile(path.join(home, '.taskcluster', 'credentials.env'), local);
  await writeFile(path.join(home, 'elsewhere', 'credentials.env'), 'TASKCLUSTER_ROOT_URL=https://tc.example\n');
});
afterAll(() => rm(home, { recursive: true }));

const signedIn = { clientId: 'static/taskcluster/root', accessToken: 'a-local-token' };
const refusal = (env: Record<string, string>, dataFolder?: string) =>
  signIn({ env, folder: '/' }, dataFolder).then(
    () => 'signed in',
    (err: unknown) => err as Error & { exitCode: number },
  );

test('the data folder of the nearest parent is found', async () => {
  expect(await signIn({ env: {}, folder: path.join(home, 'project', 'deep') })).toEqual({
    apiUrl: 'http://localhost:8080',
    rootUrl: 'http://localhost:8080',
    credentials: signedIn,
  });
});

test('the environment goes before the data folder and is taken whole, so that local credentials never go elsewhere', async () => {
  const env = { TASKCLUSTER_ROOT_URL: 'https://tc.example' };
  expect(await signIn({ env, folder: home })).toEqual({ apiUrl: 'https://tc.example', rootUrl: 'https://tc.example' });
  const certificate = '{"version":1}';
  const full = { ...env, TASKCLUSTER_CLIENT_ID: 'me', TASKCLUSTER_ACCESS_TOKEN: 'secret', TASKCLUSTER_CERTIFICATE: certificate };
  expect((await signIn({ env: full, folder: home })).credentials).toEqual({ clientId: 'me', accessToken: 'secret', certificate });
});

test('a data folder that is asked for goes before the environment', async () => {
  const found = await signIn({ env: { TASKCLUSTER_ROOT_URL: 'https://tc.example' }, folder: home }, '.taskcluster');
  expect(found.credentials).toEqual(signedIn);
  expect(await signIn({ env: {}, folder: home }, 'elsewhere')).toEqual({ apiUrl: 'https://tc.example', rootUrl: 'https://tc.example' });
});

test('inside of a task the proxy signs, and links lead to the root URL', async () => {
  const env = { TASKCLUSTER_ROOT_URL: 'https://tc.example', TASKCLUSTER_PROXY_URL: 'http://127.0.0.1:8099' };
  expect(await signIn({ env, folder: '/' })).toEqual({ apiUrl: 'http://127.0.0.1:8099', rootUrl: 'https://tc.example' });
});

test('without any of them it says what to do', async () => {
  expect(await refusal({})).toMatchObject({ exitCode: 4, message: expect.stringContaining('taskcluster up') as string });
  expect(await refusal({}, '/nowhere')).toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('/nowhere/credentials.env') as string,
  });
});

test('incomplete and unusable settings are told without showing them', async () => {
  const half = await refusal({ TASKCLUSTER_ROOT_URL: 'https://tc.example', TASKCLUSTER_ACCESS_TOKEN: 'hush' });
  expect(half).toMatchObject({ exitCode: 3, message: expect.stringContaining('TASKCLUSTER_CLIENT_ID is not set') as string });
  const all = {
    TASKCLUSTER_ROOT_URL: 'https://tc.example',
    TASKCLUSTER_CLIENT_ID: 'me',
    TASKCLUSTER_ACCESS_TOKEN: 'hush',
    TASKCLUSTER_CERTIFICATE: 'hush',
  };
  const broken = await refusal(all);
  expect(broken).toMatchObject({ exitCode: 3, message: expect.stringContaining('TASKCLUSTER_CERTIFICATE is not JSON') as string });
  for (const err of [half, broken]) expect((err as Error).message).not.toContain('hush');
  expect(await refusal({ TASKCLUSTER_ROOT_URL: 'tc.example' })).toMatchObject({ exitCode: 2 });
});
