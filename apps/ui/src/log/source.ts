import { CallError } from '@taskcluster/client/client';
import { artifactLink, queue } from '../session/api.ts';
import type { LogBuffer } from './buffer.ts';

export interface LogName {
  readonly taskId: string;
  readonly runId: number;
  /** The artifact, e.g. `public/logs/live.log`. */
  readonly name: string;
}

/** How far the reading of a log got. */
export type Reading =
  | { readonly state: 'opening' | 'loading' | 'following' | 'complete' }
  | { readonly state: 'lost'; readonly retryAt: number }
  /** There is no such artifact (yet). */
  | { readonly state: 'missing' }
  /** The worker says why there is no log. */
  | { readonly state: 'none'; readonly message: string }
  | { readonly state: 'refused'; readonly error: CallError };

interface Where {
  readonly url: string;
  /** The log is still being written: what is missing is fetched by offset, and the end comes later. */
  readonly growing: boolean;
}

export interface Reader {
  readonly log: LogName;
  readonly buffer: LogBuffer;
  readonly onReading: (reading: Reading) => void;
  readonly onBytes: () => void;
  readonly signal: AbortSignal;
}

/** Beyond this a browser runs out of memory: the rest is for a download. */
export const maxLogBytes = 1 << 30;
const firstPauseMs = 500;
const maxPauseMs = 15_000;
const notYetMs = 700;

/** Reads a log to its end, however long that takes: a broken connection goes on from the byte where it broke. */
export const readLog = async (reader: Reader): Promise<void> => {
  const { onReading, buffer, signal } = reader;
  for (let failures = 0; !signal.aborted; failures++) {
    const before = buffer.byteLength;
    try {
      const complete = await readOnce(reader);
      if (complete) return onReading({ state: 'complete' });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NotYet) {
        onReading({ state: 'following' });
        failures = -1;
        await pause(notYetMs);
        continue;
      }
      const final = error instanceof CallError ? finalReading(error) : undefined;
      if (final) return onReading(final);
    }
    if (signal.aborted) return;
    if (buffer.byteLength > before) failures = 0;
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** failures) * (0.75 + Math.random() / 2);
    if (failures > 0) onReading({ state: 'lost', retryAt: Date.now() + pauseMs });
    await pause(failures === 0 ? 100 : pauseMs);
  }
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class NoLog extends CallError {}
class NotYet extends Error {}

const finalReading = (error: CallError): Reading | undefined => {
  if (error instanceof NoLog) return { state: 'none', message: error.message };
  if (error.status === 404 || error.status === 410) return { state: 'missing' };
  return error.status === 401 || error.status === 403 ? { state: 'refused', error } : undefined;
};

/** Reads what there is from where the buffer ends; answers whether that was all there will ever be. */
const readOnce = async ({ log, buffer, onReading, onBytes, signal }: Reader): Promise<boolean> => {
  const { url, growing } = await whereIs(log, buffer.byteLength, signal);
  const response = await fetch(url, { signal });
  // The stream begins with the first bytes that the worker writes, a moment after the artifact that leads to it.
  if (growing && response.status === 404) throw new NotYet();
  if (!response.ok || !response.body)
    throw new CallError(`The log was refused with ${response.status}.`, { code: 'UnexpectedAnswer', status: response.status });
  onReading({ state: growing ? 'following' : 'loading' });
  // A stored log begins at its first byte whatever was asked: what is known already is skipped.
  let skip = growing ? 0 : buffer.byteLength;
  const body = response.body.getReader();
  const breathe = breather();
  for (;;) {
    const { done, value } = await body.read();
    if (done) return !growing || response.headers.get('x-stream-complete') === 'true';
    const fresh = skip > 0 ? value.subarray(Math.min(skip, value.length)) : value;
    skip -= value.length - fresh.length;
    buffer.append(fresh);
    onBytes();
    if (buffer.byteLength > maxLogBytes)
      throw new NoLog('This log is larger than a gigabyte. Download it to see the rest.', { code: 'TooLarge', status: 0 });
    await breathe();
  }
};

const whereIs = async ({ taskId, runId, name }: LogName, offset: number, signal: AbortSignal): Promise<Where> => {
  const content = await queue.artifact({ taskId, runId: String(runId), name }, undefined, { signal, retries: 0 });
  if (content.storageType === 'error') throw new NoLog(content.message, { code: content.reason, status: 424 });
  if (content.storageType === 'object') return { url: await artifactLink(taskId, runId, name), growing: false };
  const url = sameOrigin(content.url);
  const growing = content.storageType === 'reference' && url.pathname.startsWith('/api/object/v1/stream/');
  if (growing) url.searchParams.set('offset', String(offset));
  return { url: url.href, growing };
};

/** The platform's own URLs begin with its configured address; a page that was opened under another name of it stays there. */
const sameOrigin = (text: string): URL => {
  const url = new URL(text);
  return url.pathname.startsWith('/api/object/v1/') ? new URL(url.pathname + url.search, location.origin) : url;
};

/** Lets the page draw and react after every 8 ms of uninterrupted work. */
const breather = () => {
  let since = performance.now();
  return async (): Promise<void> => {
    if (performance.now() - since > 8) await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
};
