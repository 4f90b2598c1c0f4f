import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** `taskcluster up` as a process of its own, the way a person starts it. */
export interface UpProcess {
  readonly rootUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly credentials: { readonly clientId: string; readonly accessToken: string };
  /** What it printed so far. */
  readonly output: () => string;
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<unknown>;
  /** Ends the process group's leader without warning. */
  readonly kill: () => Promise<void>;
  /** Ctrl-C; answers the exit code. */
  readonly stop: () => Promise<number | null>;
}

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('there is no free port');
  return address.port;
};

const bin = join(import.meta.dirname, '../apps/cli/bin.mjs');

export interface UpArguments {
  readonly dataDir: string;
  readonly port: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it and waits until it says that it is running; throws with what it printed when it ends instead. */
export const startUp = async ({ dataDir, port, args = [], env = {} }: UpArguments): Promise<UpProcess> => {
  const { TASKCLUSTER_ROOT_URL: _root, TASKCLUSTER_CLIENT_ID: _id, TASKCLUSTER_ACCESS_TOKEN: _token, ...outer } = process.env;
  const child = spawn(process.execPath, [bin, 'up', '--port', String(port), '--data-dir', dataDir, ...args], {
    env: { ...outer, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ctrl-C stops it.')) resolve();
      });
    }
  });
  const first = await Promise.race([ready.then(() => 'ready' as const), ended.then(() => 'ended' as const)]);
  if (first === 'ended') throw new Error(`taskcluster up ended with code ${child.exitCode}:\n${output}`);
  return {
    rootUrl: `http://localhost:${port}`,
    port,
    pid: child.pid ?? 0,
    credentials: credentialsIn(dataDir),
    output: () => output,
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.kill('SIGINT');
      return (await ended)[0];
    },
  };
};

const credentialsIn = (dataDir: string) => {
  const file = join(dataDir, 'credentials.env');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  return { clientId: value('TASKCLUSTER_CLIENT_ID'), accessToken: value('TASKCLUSTER_ACCESS_TOKEN') };
};
