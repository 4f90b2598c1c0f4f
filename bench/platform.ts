import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Credentials } from '@taskcluster/hawk';

/** A platform in a process of its own, started as a user starts it. */
export interface BenchPlatform {
  readonly rootUrl: string;
  readonly credentials: Credentials;
  /** From the start of the process to the line that says that it runs. */
  readonly startMs: number;
  /** What the process and everything that it started occupy, in bytes; shared memory is counted once. Linux only, otherwise 0. */
  memory(): Promise<number>;
  /** Processor time that the process and everything that it started have used, in milliseconds. Linux only, otherwise 0. */
  processorMs(): Promise<number>;
  stop(): Promise<void>;
}

const command = join(import.meta.dirname, '../apps/cli/bin.mjs');

/** Starts `taskcluster up` on a free port, in this environment. Throws with what it said when it ends before it is ready. */
export const startBenchPlatform = async (dataDir: string, env: NodeJS.ProcessEnv = process.env): Promise<BenchPlatform> => {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [command, 'up', '--port', String(port), '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  await ready(child);
  const startMs = performance.now() - begun;
  return {
    rootUrl: `http://localhost:${port}`,
    credentials: await credentialsIn(dataDir),
    startMs,
    memory: () => memoryOf(child.pid ?? 0),
    processorMs: () => processorMsOf(child.pid ?? 0),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
};

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (text: Buffer) => {
      said += text;
      if (said.includes('Taskcluster is running')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(`The platform did not start. It said:\n${said}`)));
  });

/** Where the PostgreSQL of a data folder listens while the platform runs, and the password for it: for libpq, and as a URL. */
export const postgresOf = async (dataDir: string): Promise<{ readonly host: string; readonly password: string; readonly url: string }> => {
  const server = join(dataDir, 'postgres/server');
  const host = join(server, 'socket');
  const password = (await readFile(join(server, 'password'), 'utf8')).trim();
  return { host, password, url: `postgresql://taskcluster:${password}@${encodeURIComponent(host)}/taskcluster` };
};

const credentialsIn = async (dataDir: string): Promise<Credentials> => {
  const text = await readFile(join(dataDir, 'credentials.env'), 'utf8');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  return { clientId: value('TASKCLUSTER_CLIENT_ID'), accessToken: value('TASKCLUSTER_ACCESS_TOKEN') };
};

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

interface Stat {
  readonly parent: number;
  /** Hundredths of a second, with those of children that have ended. */
  readonly ticks: number;
}

/** A process and its descendants. */
const familyOf = async (root: number): Promise<ReadonlyMap<number, Stat>> => {
  const all = new Map<number, Stat>();
  for (const name of await readdir('/proc').catch(() => [])) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    // The name of the program, in brackets, may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat) all.set(Number(name), { parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) });
  }
  const within = (pid: number | undefined): boolean => pid !== undefined && (pid === root || within(all.get(pid)?.parent));
  return new Map([...all].filter(([pid]) => within(pid)));
};

/** Processor time of a process and its descendants, in milliseconds. Linux only. */
export const processorMsOf = async (root: number): Promise<number> =>
  [...(await familyOf(root)).values()].reduce((sum, { ticks }) => sum + ticks * 10, 0);

/** Proportional set sizes of a process and its descendants, which count a page that n of them share as 1/n for each. */
const memoryOf = async (root: number): Promise<number> => {
  const sizes = [...(await familyOf(root)).keys()].map(async (pid) => {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};
