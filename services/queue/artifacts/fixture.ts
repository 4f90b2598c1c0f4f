import { createTemporaryCredentials, type Client, type Credentials, http } from '@taskcluster/client';
import { http as signedHttp } from '@taskcluster/client/http';
import { loadConfig } from '@taskcluster/config';
import { object, queue } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { silentLog } from '@taskcluster/log';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import type { ArtifactStore, Platform } from '@taskcluster/service';
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createQueue, type QueueService } from '../service.ts';
import { settings } from '../settings.ts';
import { newUploadId } from './objects.ts';

type Queue = Client<typeof queue>;
export type CreateArtifact = Parameters<Queue['createArtifact']>[1];

/** A platform with what the tests of artifacts need of it. Requests are signed with the time of its clock. */
export interface TestArtifacts {
  readonly platform: TestPlatform;
  readonly queue: Queue;
  /** The queue for somebody who holds these scopes only. */
  readonly queueWith: (...scopes: readonly string[]) => Queue;
  readonly object: Client<typeof object>;
  readonly objectAs: (credentials: Credentials) => Client<typeof object>;
  /** A time so many hours from now. */
  readonly inHours: (hours: number) => string;
  /** Creates a task in a queue of its own. */
  readonly pendingTask: (routes?: readonly string[]) => Promise<string>;
  readonly claim: (taskId: string) => Promise<void>;
  readonly runningTask: (routes?: readonly string[]) => Promise<string>;
  /** Creates an artifact of run 0. */
  readonly create: (taskId: string, name: string, body: CreateArtifact) => ReturnType<Queue['createArtifact']>;
  /** A GET that follows nothing: status, headers and body as they came. */
  readonly raw: (path: string) => Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;
}

const hourMs = 3_600_000;
export const newId = newUploadId;

export const openTestArtifacts = async (env: Readonly<Record<string, string>> = {}): Promise<TestArtifacts> => {
  const platform = await testPlatform(inject('postgres'), env);
  const { rootUrl, credentials: root, clock } = platform;
  const sign = (request: Parameters<typeof authorizationHeader>[0]) => authorizationHeader({ ...request, now: clock.now() });
  const queueAs = (credentials: Credentials) => signedHttp(queue, { rootUrl, credentials, sign });
  const objectAs = (credentials: Credentials) => signedHttp(object, { rootUrl, credentials, sign });
  const all = queueAs(root);
  const queues = new Map<string, string>();
  const inHours = (hours: number) => new Date(clock.now() + hours * hourMs).toISOString();
  const pendingTask = async (routes: readonly string[] = []) => {
    const [taskId, taskQueueId] = [newId(), `test/q-${randomBytes(6).toString('hex')}`];
    queues.set(taskId, taskQueueId);
    const metadata = { name: 'a', description: 'b', owner: 'c@example.com', source: 'https://example.com' };
    const definition = {
      taskQueueId,
      created: inHours(0),
      deadline: inHours(24),
      expires: inHours(48),
      payload: {},
      metadata,
      routes: [...routes],
      projectId: 'proj',
    };
    await all.createTask({ taskId }, definition);
    return taskId;
  };
  const claim = async (taskId: string) =>
    void (await all.claimWork({ taskQueueId: queues.get(taskId) ?? '' }, { workerGroup: 'group', workerId: 'worker', tasks: 1 }));
  return {
    platform,
    queue: all,
    queueWith: (...scopes) =>
      queueAs(
        createTemporaryCredentials({ credentials: root, scopes, start: new Date(clock.now()), expiry: new Date(clock.now() + hourMs) }),
      ),
    object: objectAs(root),
    objectAs,
    inHours,
    pendingTask,
    claim,
    runningTask: async (routes) => {
      const taskId = await pendingTask(routes);
      await claim(taskId);
      return taskId;
    },
    create: (taskId, name, body) => all.createArtifact({ taskId, runId: '0', name }, body),
    raw: async (path) => {
      const url = `${rootUrl}/api/queue/v1${path}`;
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { authorization: sign({ credentials: root, method: 'GET', url }) },
      });
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    },
  };
};

const unused = () => {
  throw new Error('These tests have no use for this.');
};

/** The platform as what opens a store is given it. */
export const underStore = ({ platform: { db, dataDir, rootUrl, clock } }: TestArtifacts): Platform => ({
  rootUrl,
  dataDir,
  db,
  log: silentLog,
  now: clock.now,
  keyFor: () => Buffer.alloc(32),
  credentialsOf: unused,
  clientOf: unused,
  authority: { findClient: unused, expand: unused, now: clock.now } as unknown as Platform['authority'],
});

/** A second queue on the same database, whose loops the test steps. */
export const queueBeside = ({ platform: { db, rootUrl, credentials, clock } }: TestArtifacts, artifacts: ArtifactStore): QueueService =>
  createQueue({
    db,
    log: silentLog,
    config: loadConfig(settings, {}),
    rootUrl,
    now: clock.now,
    credentials,
    object: http(object, { rootUrl, credentials }),
    artifacts,
  });
