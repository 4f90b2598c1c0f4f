import { type Client, createTemporaryCredentials, type Credentials } from '@taskcluster/client';
import { http } from '@taskcluster/client/http';
import { index, type InsertTaskRequest, type TaskDefinitionRequest } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { randomUUID } from 'node:crypto';
import { expect, inject } from 'vitest';

type Index = Client<typeof index>;

/** A whole platform with what the tests of the index need of it. */
export interface TestIndex {
  readonly platform: TestPlatform;
  readonly client: Index;
  /** Temporary credentials with these scopes only. */
  readonly credentialsWith: (...scopes: readonly string[]) => Credentials;
  /** The index for somebody who holds these scopes only. */
  readonly clientWith: (...scopes: readonly string[]) => Index;
  readonly anonymous: Index;
  /** A time so many hours from now. */
  readonly inHours: (hours: number) => string;
  readonly insert: (path: string, changes?: Partial<InsertTaskRequest>) => ReturnType<Index['insertTask']>;
  /** A signed request as it is, whose redirect is not followed. */
  readonly raw: (path: string, init?: { readonly method?: string; readonly body?: string }) => Promise<Response>;
  /** Creates a task and claims it. */
  readonly runningTask: (changes?: Partial<TaskDefinitionRequest>) => Promise<string>;
  readonly complete: (taskId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const hourMs = 3_600_000;
export const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
/** A namespace that no other test uses. */
export const aNamespace = (): string => `n${randomUUID().slice(0, 8)}`;
/** What a call is refused with. */
export const refusedWith = (code: string): unknown => expect.objectContaining({ code });

export const openTestIndex = async (): Promise<TestIndex> => {
  const platform = await testPlatform(inject('postgres'), { CLAIM_WORK_LONG_POLL: '0' });
  const { rootUrl, credentials: root, clock, clients } = platform;
  const sign = (request: Parameters<typeof authorizationHeader>[0]) => authorizationHeader({ ...request, now: clock.now() });
  const credentialsWith = (...scopes: readonly string[]) =>
    createTemporaryCredentials({ credentials: root, scopes, start: new Date(clock.now()), expiry: new Date(clock.now() + hourMs) });
  const inHours = (hours: number) => new Date(clock.now() + hours * hourMs).toISOString();
  const runningTask = async (changes: Partial<TaskDefinitionRequest> = {}) => {
    const taskId = slugid();
    const metadata = { name: 'a task', description: '', owner: 'tests@example.com', source: 'https://example.com/' };
    const times = { created: inHours(0), deadline: inHours(2), expires: inHours(72) };
    await clients.queue.createTask({ taskId }, { taskQueueId: 'test/index', payload: {}, metadata, ...times, ...changes });
    await clients.queue.claimTask({ taskId, runId: '0' }, { workerGroup: 'group', workerId: 'worker' });
    return taskId;
  };
  return {
    platform,
    client: clients.index,
    credentialsWith,
    clientWith: (...scopes) => http(index, { rootUrl, credentials: credentialsWith(...scopes), sign }),
    anonymous: http(index, { rootUrl, sign }),
    inHours,
    insert: (path, changes = {}) =>
      clients.index.insertTask({ namespace: path }, { taskId: slugid(), rank: 0, data: {}, expires: inHours(24), ...changes }),
    raw: (path, init = {}) => {
      const url = `${rootUrl}/api/index/v1${path}`;
      const method = init.method ?? 'GET';
      const headers = {
        authorization: sign({ credentials: root, url, method }),
        ...(init.body ? { 'content-type': 'application/json' } : {}),
      };
      return fetch(url, { redirect: 'manual', ...init, headers });
    },
    runningTask,
    complete: async (taskId) => void (await clients.queue.reportCompleted({ taskId, runId: '0' })),
    close: () => platform.close(),
  };
};

/** Grants these scopes, and no others, to everybody. */
export const grantEverybody = async ({ platform }: TestIndex, scopes: readonly string[]): Promise<void> => {
  const { auth } = platform.clients;
  await auth.deleteRole({ roleId: 'anonymous' });
  await auth.createRole({ roleId: 'anonymous' }, { description: '', scopes: [...scopes] });
};
