import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Claim } from '../claim/claim.ts';
import { backOffMs, pause } from '../pause.ts';
import { messageOf, Problem } from '../task/problem.ts';
import { createArtifact } from './create.ts';
import { put } from './put.ts';
import { type Body, gzipped, plain, type Source } from './source.ts';

export interface Upload {
  readonly name: string;
  readonly source: Source;
  readonly contentType: string;
  readonly contentEncoding: 'identity' | 'gzip';
  readonly expires: string;
}

/** Where uploads go to, and what they need. */
export interface Uploading {
  readonly claim: Claim;
  /** A folder for temporary files. */
  readonly temporaryFiles: string;
  readonly signal: AbortSignal;
}

/** Uploads one artifact of storage type `s3`. Throws a Problem. */
export const upload = async (wanted: Upload, uploading: Uploading): Promise<void> => {
  const body = await bodyOf(wanted, uploading.temporaryFiles);
  try {
    await send(wanted, body, uploading);
  } finally {
    await body.close();
  }
};

const bodyOf = async ({ name, source, contentEncoding }: Upload, temporaryFiles: string): Promise<Body> => {
  if (contentEncoding === 'identity') return plain(source);
  try {
    return await gzipped(source, join(temporaryFiles, `${randomUUID()}.gz`));
  } catch (err) {
    throw new Problem(
      'resource-unavailable',
      `The artifact ${name} cannot be compressed: ${messageOf(err)}. Is the disk of the worker full?`,
      { cause: err },
    );
  }
};

const attempts = 7;
const pauses = { firstMs: 300, maxMs: 15_000 } as const;

const send = async (
  { name, source, contentType, contentEncoding, expires }: Upload,
  body: Body,
  { claim, signal }: Uploading,
): Promise<void> => {
  const request = { storageType: 's3', contentType, contentLength: source.size, expires } as const;
  for (let failures = 0; ;) {
    // Each try asks for a URL of its own: the one before may have run out. The queue sees it as a repetition.
    const target = await createArtifact(claim, { name, request, signal });
    if (target.storageType !== 's3')
      throw new Problem('internal-error', `The queue wants the artifact ${name} as ${target.storageType}, not as s3.`);
    const why = await tryPut({ url: target.putUrl, contentType: target.contentType, contentEncoding, body, signal });
    if (why === undefined) return;
    failures++;
    if (failures >= attempts || signal.aborted || !why.again)
      throw new Problem('resource-unavailable', `The artifact ${name} cannot be uploaded: ${why.message}.`);
    await pause(backOffMs(failures, pauses), signal);
  }
};

// 400 is what S3 answers to a broken connection, 403 to a URL that has run out (worker.md, section 9).
const worthAnother = (status: number) => status >= 500 || [400, 403, 408, 429].includes(status);

const tryPut = async (wanted: Parameters<typeof put>[0]): Promise<{ readonly message: string; readonly again: boolean } | undefined> => {
  try {
    const { status, text } = await put(wanted);
    if (status >= 200 && status < 300) return undefined;
    return { message: `the store answered ${status} ${text.replaceAll(/\s+/g, ' ')}`.trim(), again: worthAnother(status) };
  } catch (err) {
    return { message: messageOf(err), again: true };
  }
};
