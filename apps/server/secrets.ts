import { hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys and tokens of a deployment, all derived from one secret so that every process of it has the same. */
export interface Secrets {
  readonly keyFor: (purpose: string) => Buffer;
  /** The access token of a service's own client. Never stored outside the database (encrypted): it can be derived again. */
  readonly tokenOf: (service: string) => string;
}

const keyBytes = 32;
const tokenBytes = 33;

const derived = (secret: Buffer): Secrets => {
  const derive = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', secret, 'taskcluster', purpose, length));
  return {
    keyFor: (purpose) => derive(`key:${purpose}`, keyBytes),
    tokenOf: (service) => derive(`static-client:${service}`, tokenBytes).toString('base64url'),
  };
};

/**
 * The secret of the deployment: `given` (64 hexadecimal digits, the setting `TASKCLUSTER_SECRET`), else the file of the data
 * folder, which is made at first start and readable by its owner only.
 */
export const openSecrets = (dataDir: string, given: string): Secrets => {
  if (given !== '') {
    if (!/^[0-9a-fA-F]{64}$/.test(given))
      throw new Error('TASKCLUSTER_SECRET must be 64 hexadecimal digits (openssl rand -hex 32 makes some).');
    return derived(Buffer.from(given, 'hex'));
  }
  const file = join(dataDir, 'secret.key');
  if (!existsSync(file)) writePrivate(file, `${randomBytes(keyBytes).toString('hex')}\n`);
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new Error(`${file} is damaged. Restore it from a backup: without it the stored access tokens cannot be read.`);
  return derived(Buffer.from(text, 'hex'));
};

/** Writes a file that only its owner can read; it is there whole or not at all. */
export const writePrivate = (file: string, text: string): void => {
  const half = `${file}.${process.pid}.new`;
  writeFileSync(half, text, { mode: 0o600 });
  chmodSync(half, 0o600);
  renameSync(half, file);
};
