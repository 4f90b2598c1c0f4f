import type { Database } from '@taskcluster/db';
import { messagesWritten } from './channels.ts';
import { currentCursor } from './log.ts';
import { sharedReader } from './shared-reader.ts';
import { type Binding, matchesBinding, type Message } from './message.ts';

const pageSize = 500;

export interface StreamOptions {
  readonly bindings: readonly Binding[];
  /** Where to go on; absent: from now. */
  readonly cursor?: string | undefined;
  readonly signal: AbortSignal;
  /** A page without messages is given at least this often, so that a listener knows the stream lives. */
  readonly keepAliveMs: number;
}

/** Follows the log until the signal: every page that holds a wanted message, and an empty one now and then. */
export async function* streamMessages(
  db: Database,
  { bindings, signal, keepAliveMs, ...from }: StreamOptions,
): AsyncGenerator<{ readonly messages: readonly Message[]; readonly cursor: string }> {
  let cursor = from.cursor ?? (await currentCursor(db));
  let wake = () => {};
  let woken = false;
  let wokenAt = performance.now();
  const reader = sharedReader(db);
  let lastYield = performance.now();
  const ring = () => {
    woken = true;
    wokenAt = performance.now();
    wake();
  };
  const off = db.wakeups.on(messagesWritten, ring);
  const enough = reader.want(bindings);
  signal.addEventListener('abort', ring);
  try {
    yield { messages: [], cursor };
    while (!signal.aborted) {
      woken = false;
      const page = await reader.read(cursor, wokenAt, pageSize);
      cursor = page.cursor;
      const messages = page.messages.filter((m) => bindings.some((b) => matchesBinding(b, m)));
      // Also while many messages pass that nobody wants: the listener's cursor has to move on, and it must hear that the stream lives.
      const due = lastYield + keepAliveMs <= performance.now();
      if (messages.length > 0 || due) {
        lastYield = performance.now();
        yield { messages, cursor };
      }
      if (page.more || woken) continue;
      await new Promise<void>((resolve) => {
        // A wake-up that was lost is made good by the look that gives the sign of life.
        const timer = setTimeout(
          () => {
            wokenAt = performance.now();
            resolve();
          },
          Math.max(0, lastYield + keepAliveMs - performance.now()),
        );
        wake = () => (clearTimeout(timer), resolve());
        if (woken || signal.aborted) wake();
      });
    }
  } finally {
    off();
    enough();
    signal.removeEventListener('abort', ring);
  }
}
