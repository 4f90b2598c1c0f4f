import { CallError } from '@taskcluster/client';
import type { Claim } from '../claim/claim.ts';
import { backOffMs, pause } from '../pause.ts';
import { messageOf, Problem } from '../task/problem.ts';
import { isTaken, put, refusalOf, worthAnother } from './put.ts';
import type { Source } from './source.ts';

export interface PartsUpload {
  readonly claim: Claim;
  /** Of the artifact, which has been created. */
  readonly name: string;
  readonly body: Source;
  readonly contentEncoding: 'identity' | 'gzip';
  readonly signal: AbortSignal;
}

// Parts on their way at a time.
const parallel = 4;
const attempts = 7;
// Of each call to the platform, as in create.ts: long enough for a restart of it.
const retries = 9;
const pauses = { firstMs: 300, maxMs: 15_000 } as const;
// The store may have thousands of parts to join.
const completeMs = 10 * 60_000;

/**
 * Sends data in parts, each of them again when it fails, and answers false when the platform does not offer this: an older one, or one
 * that takes data of any size in one piece. Throws a Problem.
 */
export const sendInParts = async (upload: PartsUpload): Promise<boolean> => {
  const { claim, name, body, contentEncoding, signal } = upload;
  const about = { taskId: claim.taskId, runId: String(claim.runId), name };
  let uploadId: string | undefined;
  try {
    const begun = await claim.queue.beginUpload(about, { contentLength: body.size, contentEncoding }, { signal, retries });
    ({ uploadId } = begun);
    const etags = await sendAll({ ...upload, ...begun });
    await claim.queue.completeUpload(about, { uploadId, etags }, { signal, retries, timeoutMs: completeMs });
    return true;
  } catch (err) {
    if (uploadId === undefined && err instanceof CallError && err.status === 404) return false;
    // What is not given up here is given up by the platform, a day later.
    if (uploadId !== undefined) await claim.queue.abortUpload({ ...about, uploadId }, undefined, { retries: 0, signal }).catch(() => {});
    throw await problemWith(name, claim, err);
  }
};

interface Begun extends PartsUpload {
  readonly uploadId: string;
  readonly partBytes: number;
  readonly parts: number;
}

/** Sends all parts, some at a time, and answers their ETags in order. The first one that fails for good ends the others. */
const sendAll = async (upload: Begun): Promise<string[]> => {
  const etags: string[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([upload.signal, failed.signal]);
  let next = 1;
  const sender = async () => {
    while (next <= upload.parts && !signal.aborted) {
      const number = next++;
      etags[number - 1] = await sendPart({ ...upload, signal }, number);
    }
  };
  const senders = Array.from({ length: Math.min(parallel, upload.parts) }, () =>
    sender().catch((err: unknown) => {
      failed.abort(err);
      throw err;
    }),
  );
  await Promise.allSettled(senders);
  if (failed.signal.aborted) throw failed.signal.reason;
  upload.signal.throwIfAborted();
  return etags;
};

const sendPart = async ({ claim, name, body, uploadId, partBytes, signal }: Begun, number: number): Promise<string> => {
  const part = slice(body, (number - 1) * partBytes, partBytes);
  const about = { taskId: claim.taskId, runId: String(claim.runId), name };
  for (let failures = 0; ;) {
    // Each try asks for a URL of its own: the one before may have run out.
    const { urls } = await claim.queue.uploadParts(about, { uploadId, parts: [number] }, { signal, retries });
    let why: string;
    let again = true;
    try {
      const reply = await put({ url: urls[0] ?? '', headers: {}, body: part, signal });
      if (isTaken(reply) && reply.etag !== '') return reply.etag;
      again = worthAnother(reply) || isTaken(reply);
      why = isTaken(reply) ? 'the store did not say what it got' : refusalOf(reply);
    } catch (err) {
      why = messageOf(err);
    }
    failures++;
    if (failures >= attempts || signal.aborted || !again) throw new Error(`part ${number}: ${why}`);
    await pause(backOffMs(failures, pauses), signal);
  }
};

const slice = ({ size, read }: Source, start: number, bytes: number): Source => ({
  size: Math.min(bytes, size - start),
  read: (offset, length) => read(start + offset, Math.min(length, bytes - offset)),
});

const problemWith = async (name: string, claim: Claim, err: unknown): Promise<Problem> => {
  const refused = err instanceof CallError && err.status >= 400 && err.status < 500 && err.status !== 429;
  if (!refused)
    return new Problem('resource-unavailable', `The artifact ${name} cannot be uploaded in parts: ${messageOf(err)}.`, { cause: err });
  await claim.verify();
  return new Problem('internal-error', `The upload of artifact ${name} in parts was refused: ${messageOf(err)}.`, { cause: err });
};
