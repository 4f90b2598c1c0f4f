import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutObjectLegalHoldCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DifficultS3, startDifficult } from './difficult.ts';

/** The program of the S3 server that tests run against: versitygw, which checks signatures, policies and parts as S3 does. */
export const s3ServerPath = process.env.VERSITYGW ?? '/usr/local/bin/versitygw';

/** Whether it is there. Says once what is left out when it is not. */
export const hasS3Server = (whatIsSkipped: string): boolean => {
  if (existsSync(s3ServerPath)) return true;
  console.warn(
    `There is no ${s3ServerPath}: ${whatIsSkipped} are skipped. Install it (GOBIN=/usr/local/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0), or set VERSITYGW to its path.`,
  );
  return false;
};

/** A key of an S3 account. */
export interface S3Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3 server of its own for a test file, with nothing in it. */
export interface TestS3 {
  readonly endpoint: string;
  readonly region: string;
  /** May do everything. */
  readonly root: S3Account;
  readonly client: S3Client;
  /** Makes a bucket. `policy` is a list of statements; `Resource` is filled in. */
  readonly bucket: (name: string, policy?: readonly Readonly<Record<string, unknown>>[], lock?: boolean) => Promise<void>;
  /** Forbids to delete an object of a bucket that was made with `lock`, or allows it again. */
  readonly hold: (bucket: string, key: string, held: boolean) => Promise<void>;
  /** The keys for which uploads in parts have begun and not ended. */
  readonly underWay: (bucket: string) => Promise<readonly string[]>;
  /** Makes an account that may do what policies allow it. */
  readonly account: (name: string) => Promise<S3Account>;
  /** The settings of a platform that keeps artifacts in two buckets of this server. They are made, and everybody may read the public one. */
  readonly settings: (buckets?: { readonly public: string; readonly private: string }) => Promise<Readonly<Record<string, string>>>;
  /** See `difficult.ts`. */
  readonly standStill: DifficultS3['standStill'];
  readonly close: () => Promise<void>;
}

const region = 'eu-test-1';
const root: S3Account = { accessKeyId: 'AKIAROOTOFTHETESTS', secretAccessKey: 'only-the-tests-know-this-secret' };

export const everybodyReads = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject' } as const;

/** Starts it. A `difficult` one knows uploads in parts no more once they have ended (`difficult.ts`). */
export const startTestS3 = async ({ difficult = false } = {}): Promise<TestS3> => {
  const server = await startServer();
  const before = difficult ? await startDifficult(server.endpoint) : undefined;
  const { endpoint } = before ?? server;
  const client = new S3Client({ region, endpoint, forcePathStyle: true, credentials: root });
  const bucket: TestS3['bucket'] = async (name, policy, lock = false) => {
    await client.send(new CreateBucketCommand({ Bucket: name, ...(lock ? { ObjectLockEnabledForBucket: true } : {}) }));
    if (!policy) return;
    const Statement = policy.map((s) => ({ Resource: `arn:aws:s3:::${name}/*`, ...s }));
    await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  };
  return {
    endpoint,
    region,
    root,
    client,
    bucket,
    hold: async (Bucket, Key, held) => {
      await client.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: held ? 'ON' : 'OFF' } }));
    },
    underWay: async (Bucket) => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    account: (name) => makeAccount(server.endpoint, name),
    settings: async (buckets = { public: 'public-artifacts', private: 'private-artifacts' }) => {
      await bucket(buckets.public, [everybodyReads]);
      await bucket(buckets.private);
      return settingsFor({ endpoint, account: root, buckets });
    },
    standStill: (requests) => {
      if (!before) throw new Error('Only a difficult S3 server stands still. Start it with { difficult: true }.');
      return before.standStill(requests);
    },
    close: async () => {
      client.destroy();
      await before?.stop();
      await server.stop();
    },
  };
};

/** Starts the server in a folder of its own, which goes when it is stopped. It ends with this process at the latest. */
const startServer = async (): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> => {
  const dir = await mkdtemp(join(tmpdir(), 'taskcluster-s3-'));
  const [data, accounts, about] = [join(dir, 'data'), join(dir, 'accounts'), join(dir, 'about')];
  for (const folder of [data, accounts, about]) await mkdir(folder);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const where = ['--port', `127.0.0.1:${port}`, '--region', region, '--virtual-domain', `localhost:${port}`];
  const who = ['--iam-dir', accounts, '--iam-cache-disable'];
  // Kept connections: Node 24 ends the process when a server closes one while it still has a reply to give (undici, assert(!this.paused)).
  const child = spawn(s3ServerPath, [...where, ...who, '--keep-alive', '--quiet', 'posix', '--sidecar', about, data], {
    env: { ...process.env, ROOT_ACCESS_KEY_ID: root.accessKeyId, ROOT_SECRET_ACCESS_KEY: root.secretAccessKey },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(endpoint, exited);
  return {
    endpoint,
    stop: async () => {
      end();
      await exited;
      process.off('exit', end);
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const makeAccount = async (endpoint: string, name: string): Promise<S3Account> => {
  const account = { accessKeyId: `AKIA${name.toUpperCase()}`, secretAccessKey: `secret-of-${name}` };
  const as = ['--access', root.accessKeyId, '--secret', root.secretAccessKey, '--endpoint-url', endpoint, '--region', region];
  const made = ['create-user', '--access', account.accessKeyId, '--secret', account.secretAccessKey, '--role', 'user'];
  await promisify(execFile)(s3ServerPath, ['admin', ...as, ...made]);
  return account;
};

const settingsFor = (about: {
  readonly endpoint: string;
  readonly account: S3Account;
  readonly buckets: { readonly public: string; readonly private: string };
}) => ({
  PUBLIC_ARTIFACT_BUCKET: about.buckets.public,
  PRIVATE_ARTIFACT_BUCKET: about.buckets.private,
  ARTIFACT_REGION: region,
  AWS_ENDPOINT: about.endpoint,
  AWS_FORCE_PATH_STYLE: 'true',
  AWS_ACCESS_KEY_ID: about.account.accessKeyId,
  AWS_SECRET_ACCESS_KEY: about.account.secretAccessKey,
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const socket = createServer().listen(0, '127.0.0.1', () => {
      const address = socket.address();
      socket.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** Asks until the server answers, or has ended. */
const listening = async (endpoint: string, exited: Promise<void>): Promise<void> => {
  let over = false;
  void exited.then(() => (over = true));
  for (;;) {
    if (over) throw new Error(`${s3ServerPath} ended at its start.`);
    const answered = await fetch(endpoint).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
