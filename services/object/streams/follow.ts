import { Readable } from 'node:stream';
import type { Followers } from './followers.ts';

export interface FollowOptions {
  readonly id: number;
  readonly offset: number;
  /** Where to stop; undefined: go on until the stream is complete, or quiet for `idleMs`. */
  readonly until: number | undefined;
  readonly idleMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

// Wake-ups may be lost; this is the net under them.
const pollMs = 5_000;
// A slow reader holds so many pages in memory (512 KiB each at most); the rest waits in the database.
const bufferedPages = 1;

/** A stream's bytes as they come. Ends without error when there will be no more; destroying it leaves nothing behind. */
export const follow = (followers: Followers, options: FollowOptions): Readable => {
  const gone = new AbortController();
  const abort = () => gone.abort();
  if (options.signal.aborted) abort();
  options.signal.addEventListener('abort', abort);
  const bytes = bytesOf(followers, { ...options, signal: gone.signal });
  return new Readable({
    objectMode: true,
    highWaterMark: bufferedPages,
    read() {
      bytes.next().then(
        ({ value, done }) => this.push(done ? null : value),
        (err: Error) => this.destroy(err),
      );
    },
    // The generator may be waiting for a wake-up: it is woken, and cleans up by itself.
    destroy(cause, done) {
      options.signal.removeEventListener('abort', abort);
      abort();
      bytes.return(undefined).catch(() => {});
      done(cause);
    },
  });
};

async function* bytesOf(followers: Followers, { id, offset, until, idleMs, now, signal }: FollowOptions): AsyncGenerator<Buffer> {
  // The first write sends the head: whoever follows a silent log is told at once that it is there.
  yield Buffer.alloc(0);
  const bell = createBell(signal);
  const off = followers.on(id, bell.ring);
  let at = offset;
  let quietSince = now();
  try {
    while (!signal.aborted && at !== until) {
      bell.silence();
      const page = await followers.read(id, at);
      if (!page) return;
      if (page.bytes.length > 0) {
        yield until === undefined ? page.bytes : page.bytes.subarray(0, until - at);
        at = Math.min(at + page.bytes.length, until ?? Infinity);
        quietSince = now();
        continue;
      }
      const leftMs = quietSince + idleMs - now();
      if (page.complete || leftMs <= 0) return;
      await bell.wait(Math.min(leftMs, pollMs));
    }
  } finally {
    off();
    bell.remove();
  }
}

/** A bell that was rung since it was silenced does not let anybody wait: no wake-up falls between a look and the wait. */
const createBell = (signal: AbortSignal) => {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring);
  return {
    ring,
    silence: () => {
      rung = signal.aborted;
    },
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        if (rung) return resolve();
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    remove: () => signal.removeEventListener('abort', ring),
  };
};
