import { randomBytes } from 'node:crypto';
import { CallError } from '@taskcluster/client';
import type { Claim } from '../claim/claim.ts';
import { createArtifact } from '../artifacts/create.ts';
import { backOffMs, pause } from '../pause.ts';
import { messageOf } from '../task/problem.ts';
import type { TaskLog } from './task-log.ts';

/** A task's log on its way to readers while the task runs. Best effort: what goes wrong is a warning in the log. */
export interface LiveLog {
  /** Sends what is left of a complete log, says that this was all, and points the artifact at the backing log, if there is one. */
  finish(backing: { readonly name: string; readonly expires: string } | undefined): Promise<void>;
}

export interface LiveLogOptions {
  readonly claim: Claim;
  readonly log: TaskLog;
  /** The artifact that readers open. */
  readonly name: string;
  readonly rootUrl: string;
  /** How long the task may run, in seconds: the artifact lasts a little longer. */
  readonly maxRunTimeSeconds: number;
  /** When the task expires; no artifact may last longer. */
  readonly taskExpires: string;
  readonly flushMs: number;
  /** Nothing is sent before this. */
  readonly afterMs: number;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

const graceSeconds = 900;

/**
 * Begins to stream a log as soon as it is `afterMs` old. The stream has a secret in its name, so that only those who may read the
 * artifact can find it. It is read from the file, one piece in flight at a time: a slow platform costs no memory and loses nothing.
 */
export const startLiveLog = (options: LiveLogOptions): LiveLog => {
  const { claim, name, signal } = options;
  const finished = new AbortController();
  const streaming = run({ ...options, earlyEnd: AbortSignal.any([finished.signal, signal]) });
  return {
    finish: async (backing) => {
      finished.abort();
      await streaming;
      if (!backing || signal.aborted) return;
      const request = { storageType: 'link', artifact: backing.name, expires: backing.expires, contentType } as const;
      await createArtifact(claim, { name, request, signal });
    },
  };
};

interface Streaming extends LiveLogOptions {
  /** Aborted when the log is complete, so that no pause delays the end. */
  readonly earlyEnd: AbortSignal;
}

const run = async (options: Streaming): Promise<void> => {
  const { claim, log, signal, earlyEnd, afterMs } = options;
  await pause(afterMs, earlyEnd);
  // Over already: the backing log comes next, and a stream would only be one more copy.
  if (earlyEnd.aborted) return;
  try {
    await stream(options, `t/${claim.taskId}/${claim.runId}/${randomBytes(16).toString('base64url')}/live.log`);
  } catch (err) {
    if (!signal.aborted)
      log.say('warn', `The log cannot be followed while the task runs: ${messageOf(err)}. It will be there when the task is over.`);
  }
};

const contentType = 'text/plain';

/** Creates the artifact that leads to the stream. */
const announce = async (
  { claim, name, rootUrl, maxRunTimeSeconds, taskExpires, signal }: LiveLogOptions,
  streamName: string,
): Promise<void> => {
  const url = `${rootUrl}/api/object/v1/stream/${encodeURIComponent(streamName)}?follow=1`;
  const end = Math.min(Date.now() + (maxRunTimeSeconds + graceSeconds) * 1000, Date.parse(taskExpires));
  const request = { storageType: 'reference', url, contentType, expires: new Date(end).toISOString() } as const;
  await createArtifact(claim, { name, request, signal });
};

const largestPiece = 256 << 10;

const stream = async (options: Streaming, name: string): Promise<void> => {
  const { log, flushMs, signal, earlyEnd } = options;
  let sent = 0;
  for (let closed = false; !closed && !signal.aborted;) {
    await log.grown(sent, signal);
    const bytes = await log.read(sent, largestPiece);
    closed = log.complete && sent + bytes.length >= log.size;
    await append(options, { name, offset: sent, bytes, last: closed });
    // Once there is something to read: nobody should follow the artifact to a stream that does not exist yet.
    if (sent === 0) await announce(options, name);
    sent += bytes.length;
    // More lines in one request, unless there is a full piece already.
    if (!closed && log.size - sent < largestPiece) await pause(flushMs, earlyEnd);
  }
};

interface Piece {
  readonly name: string;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly last: boolean;
}

// While the platform cannot be reached the task goes on, and its log waits in the file. Once the task is over nobody should wait long.
const pauses = { firstMs: 300, maxMs: 10_000 } as const;
const failuresAfterTheEnd = 3;

const append = async ({ claim, log, signal, earlyEnd }: Streaming, { name, offset, bytes, last }: Piece): Promise<void> => {
  for (let failures = 0; ;) {
    try {
      const where = { name, offset: String(offset), ...(last ? { last: '1' } : {}) };
      await claim.object.appendStream(where, bytes, { contentType: 'text/plain', retries: 0, signal });
      return;
    } catch (err) {
      const refused = err instanceof CallError && err.status >= 400 && err.status < 500 && err.status !== 429;
      failures++;
      if (refused || signal.aborted || (log.complete && failures >= failuresAfterTheEnd)) throw err;
      if (log.complete) await pause(backOffMs(failures, pauses), signal);
      else await pause(backOffMs(failures, pauses), earlyEnd);
    }
  }
};
