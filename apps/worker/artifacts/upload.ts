import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Claim } from '../claim/claim.ts';
import { backOffMs, pause } from '../pause.ts';
import { messageOf, Problem } from '../task/problem.ts';
import { createArtifact } from './create.ts';
import { sendInParts } from './parts.ts';
import { isTaken, type Put, put, refusalOf, worthAnother } from './put.ts';
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
  /** From this size on data is sent in parts, if the platform offers it. */
  readonly partsFromBytes: number;
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
  { claim, signal, partsFromBytes }: Uploading,
): Promise<void> => {
  const request = { storageType: 's3', contentType, contentLength: source.size, expires } as const;
  const headers = { 'content-encoding': contentEncoding };
  for (let failures = 0; ;) {
    // Each try asks for a URL of its own: the one before may have run out. The queue sees it as a repetition.
    const target = await createArtifact(claim, { name, request, signal });
    if (target.storageType !== 's3')
      throw new Problem('internal-error', `The queue wants the artifact ${name} as ${target.storageType}, not as s3.`);
    if (body.size >= partsFromBytes && (await sendInParts({ claim, name, body, contentEncoding, signal }))) return;
    const why = await tryPut({ url: target.putUrl, headers: { ...headers, 'content-type': target.contentType }, body, signal });
    if (why === undefined) return;
    failures++;
    if (failures >= attempts || signal.aborted || !why.again)
      throw new Problem('resource-unavailable', `The artifact ${name} cannot be uploaded: ${why.message}.`);
    await pause(backOffMs(failures, pauses), signal);
  }
};

const tryPut = async (wanted: Put): Promise<{ readonly message: string; readonly again: boolean } | undefined> => {
  try {
    const reply = await put(wanted);
    return isTaken(reply) ? undefined : { message: refusalOf(reply), again: worthAnother(reply) };
  } catch (err) {
    return { message: messageOf(err), again: true };
  }
};
