import type { Connection } from '../platform/connection.ts';
import { type ArtifactPlace, findArtifact, openPlace } from './artifact-data.ts';
import { pause } from './pause.ts';

/** The log of one run, and how much of it was written so far. */
export interface LogReader {
  readonly connection: Connection;
  readonly taskId: string;
  readonly runId: string;
  readonly names: LogNames;
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Bytes written: where to go on. */
  written: number;
}
export interface LogNames {
  readonly live: string;
  readonly backing: string;
}

/** The names of the log artifacts: a payload may choose its own. */
export const logNames = (payload: unknown): LogNames => {
  const logs = (payload as { readonly logs?: { readonly live?: unknown; readonly backing?: unknown } } | undefined)?.logs;
  const name = (given: unknown, otherwise: string) => (typeof given === 'string' && given !== '' ? given : otherwise);
  return { live: name(logs?.live, 'public/logs/live.log'), backing: name(logs?.backing, 'public/logs/live_backing.log') };
};

/** Finds the log: the live one while the run goes on (which leads to the stored one afterwards), else the stored one. */
export const findLog = async ({ connection, taskId, runId, names }: LogReader, signal?: AbortSignal): Promise<ArtifactPlace | undefined> =>
  (await findArtifact(connection, { taskId, runId, name: names.live }, signal)) ??
  (await findArtifact(connection, { taskId, runId, name: names.backing }, signal));

const firstReconnectMs = 200;
const lastReconnectMs = 5000;

/** Writes a growing log until its end, or until the signal: after a broken connection it goes on where it was. Never throws for a lost connection. */
export const writeLive = async (reader: LogReader, place: ArtifactPlace, signal: AbortSignal): Promise<void> => {
  for (let failures = 0; !signal.aborted; failures++) {
    const before = reader.written;
    try {
      const end = await writeFrom(reader, place, { signal, follow: true });
      if (end === 'complete') return;
    } catch {
      // Until the run is over only a connection can have failed; after that there is the stored log.
    }
    if (reader.written > before) failures = 0;
    await pause(Math.min(lastReconnectMs, firstReconnectMs * 2 ** failures), signal);
  }
};

/** Writes what is left of the log of a run that is over. @returns false if there is no log at all. */
export const writeRest = async (reader: LogReader): Promise<boolean> => {
  const place = await findLog(reader);
  if (!place) return reader.written > 0;
  if (reader.written === 0 || !(await isComplete(reader))) await writeFrom(reader, place, { follow: false });
  return true;
};

const isComplete = async ({ connection, taskId, runId, names, written }: LogReader): Promise<boolean> => {
  // Only spares a download: whoever may read logs need not be allowed to list artifacts.
  const about = await connection.queue.artifactInfo({ taskId, runId, name: names.backing }).catch(() => undefined);
  return about?.contentLength !== undefined && about.contentLength <= written;
};

const ownStream = /\/api\/object\/v1\/stream\//;

interface Reading {
  readonly signal?: AbortSignal;
  readonly follow: boolean;
}

/** @returns `'paused'` when the platform ended a stream that may still grow: it does after 15 minutes without a byte. */
const writeFrom = async (reader: LogReader, place: ArtifactPlace, { signal, follow }: Reading): Promise<'complete' | 'paused'> => {
  const url = new URL(place.url);
  const seekable = ownStream.test(url.pathname);
  if (seekable) {
    url.searchParams.set('offset', String(reader.written));
    if (follow) url.searchParams.set('follow', '1');
    else url.searchParams.delete('follow');
  }
  let skip = seekable ? 0 : reader.written;
  const { headers, body } = await openPlace({ ...place, url: url.href }, signal);
  for await (const chunk of body) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length === 0) continue;
    reader.written += fresh.length;
    await reader.write(fresh);
  }
  // The header describes the stream when the reading began: one more request finds out whether the end is the last one.
  return seekable && headers.get('x-stream-complete') === 'false' ? 'paused' : 'complete';
};
