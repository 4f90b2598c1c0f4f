import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, TaskStatus } from '@taskcluster/contracts';
import { silentLog } from '@taskcluster/log';
import type { TestPlatform } from '@taskcluster/server/testing';
import type { RunningWorker, WorkerOptions } from './options.ts';
import { startWorker } from './worker.ts';

/** A queue of its own on a test platform, with workers and a folder: what a test about running tasks needs. */
export interface TestQueue {
  /** Everything about the test may be put here; it is deleted at the end. */
  readonly dir: string;
  readonly taskQueueId: string;
  start(options?: Partial<WorkerOptions>): RunningWorker;
  create(payload: Readonly<Record<string, unknown>>): Promise<string>;
  statusOf(taskId: string): Promise<TaskStatus>;
  /** `state/reason` of a run, once it has ended. */
  outcome(taskId: string, runId?: number): Promise<string>;
  artifacts(taskId: string, runId?: number): Promise<Readonly<Record<string, Artifact>>>;
  fetchArtifact(taskId: string, name: string, runId?: number): Promise<Response>;
  textOf(taskId: string, name: string, runId?: number): Promise<string>;
  logOf(taskId: string, runId?: number): Promise<string>;
  /** The process id that a task writes into a file of `dir`. */
  pidIn(name: string): Promise<number>;
  close(): Promise<void>;
}

/** A payload with one shell script. */
export const script = (text: string) => ({ command: [['/bin/sh', '-c', text]] });

/** Looks again and again until there is an answer. */
export const until = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const ended = new Set(['completed', 'failed', 'exception']);

export const openTestQueue = async (platform: TestPlatform): Promise<TestQueue> => {
  const { rootUrl, credentials, clients } = platform;
  const dir = await mkdtemp(join(tmpdir(), 'worker-'));
  const taskQueueId = `test/q${randomBytes(8).toString('hex')}`;
  const workers: RunningWorker[] = [];
  const statusOf: TestQueue['statusOf'] = async (taskId) => (await clients.queue.status({ taskId })).status;
  const fetchArtifact: TestQueue['fetchArtifact'] = async (taskId, name, runId = 0) =>
    fetch((await clients.queue.getArtifact({ taskId, runId: String(runId), name })).url);
  const textOf: TestQueue['textOf'] = async (...about) => (await fetchArtifact(...about)).text();
  return {
    dir,
    taskQueueId,
    start: (options = {}) => {
      const own = {
        rootUrl,
        credentials,
        taskQueueId,
        workerGroup: 'here',
        workerId: 'w1',
        capacity: 1,
        tasksDir: join(dir, 'tasks'),
        log: silentLog,
      };
      const worker = startWorker({ ...own, ...options });
      workers.push(worker);
      return worker;
    },
    create: async (payload) => {
      const taskId = newTaskId();
      await clients.queue.createTask({ taskId }, definition(taskQueueId, payload));
      return taskId;
    },
    statusOf,
    outcome: (taskId, runId = 0) =>
      until(async () => {
        const run = (await statusOf(taskId)).runs[runId];
        return run && ended.has(run.state) ? `${run.state}/${run.reasonResolved}` : undefined;
      }),
    artifacts: async (taskId, runId = 0) => {
      const list = await clients.queue.listArtifacts({ taskId, runId: String(runId) });
      return Object.fromEntries(list.artifacts.map((artifact) => [artifact.name, artifact]));
    },
    fetchArtifact,
    textOf,
    logOf: (taskId, runId) => textOf(taskId, 'public/logs/live_backing.log', runId),
    pidIn: (name) => until(() => (existsSync(join(dir, name)) && Number(readFileSync(join(dir, name), 'utf8'))) || undefined),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** A random version 4 UUID in URL-safe base64. */
const newTaskId = (): string => {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('base64url');
};

const definition = (taskQueueId: string, payload: Readonly<Record<string, unknown>>) => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  return {
    taskQueueId,
    created: inSeconds(0),
    deadline: inSeconds(3600),
    expires: inSeconds(86_400),
    retries: 2,
    payload: { maxRunTime: 600, ...payload },
    metadata: { name: 'test', description: 'a test', owner: 'test@example.com', source: 'https://example.com' },
  };
};
