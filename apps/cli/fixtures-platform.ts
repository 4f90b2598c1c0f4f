import { silentLog } from '@taskcluster/log';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { startWorker } from '@taskcluster/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { main } from './main.ts';
import { type Outcome, run, type Surroundings, terminalFor } from './fixtures.ts';

/** A platform with a worker, and the command line signed in to it. */
export interface CommandPlatform {
  readonly platform: TestPlatform;
  /** An empty folder: the current one of the commands, and for whatever tests and tasks tell each other. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (words: readonly string[], surroundings?: Surroundings) => Promise<Outcome>;
  /** Begins a command that goes on while the test does something else. */
  readonly begin: (words: readonly string[]) => Begun;
  readonly close: () => Promise<void>;
}
export interface Begun {
  /** Settles when the text has appeared on stdout. */
  readonly saw: (text: string) => Promise<void>;
  readonly interrupt: () => void;
  readonly ended: Promise<Outcome>;
}

export const openCommandPlatform = async (cluster: string): Promise<CommandPlatform> => {
  const platform = await testPlatform(cluster);
  const { rootUrl, credentials } = platform;
  const folder = await mkdtemp(path.join(tmpdir(), 'taskcluster-cli-'));
  const worker = startWorker({
    rootUrl,
    credentials,
    taskQueueId: 'local/default',
    workerGroup: 'local',
    workerId: 'test',
    capacity: 2,
    tasksDir: path.join(folder, 'tasks'),
    log: silentLog,
  });
  const env = {
    TASKCLUSTER_ROOT_URL: rootUrl,
    TASKCLUSTER_CLIENT_ID: credentials.clientId,
    TASKCLUSTER_ACCESS_TOKEN: credentials.accessToken,
  };
  return {
    platform,
    folder,
    env,
    run: (words, surroundings) => run(words, { env, folder, ...surroundings }),
    begin: (words) => begin(words, { env, folder }),
    close: async () => {
      await worker.stop();
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const begin = (words: readonly string[], surroundings: Surroundings): Begun => {
  const { terminal, stdout, stderr, interrupt } = terminalFor(surroundings);
  const texts = { out: '', err: '' };
  let look = () => {};
  stdout.setEncoding('utf8').on('data', (text: string) => ((texts.out += text), look()));
  stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  return {
    saw: (text) =>
      new Promise((resolve) => {
        look = () => texts.out.includes(text) && resolve();
        look();
      }),
    interrupt,
    ended: main(words, terminal).then((code) => ({ code, ...texts })),
  };
};
