import { messagesWritten } from '@taskcluster/bus';
import type { Database } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import { statesOf } from './store/states.ts';

/** What a caller knows of a task. What is undefined is not compared. */
export interface KnownState {
  readonly state: string | undefined;
  readonly runs: number | undefined;
}

interface Waiting {
  readonly taskId: string;
  readonly known: KnownState;
  readonly leave: () => void;
}

// A change is noticed within this time; under load one look takes care of many.
const gatherMs = 25;
// Looking takes at most a twentieth of the time.
const restFactor = 19;
// Wake-ups may be lost: the net.
const netMs = 2_000;

/** All who wait for tasks to change, in this process. They share one look at the database, however many they are. */
export class FollowRoom {
  readonly #db: Database;
  readonly #log: Log;
  readonly #waiting = new Set<Waiting>();
  #off: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #woken = false;
  #looking = false;
  #again = false;
  #notBefore = 0;

  constructor({ db, log }: { readonly db: Database; readonly log: Log }) {
    this.#db = db;
    this.#log = log;
  }

  /** Resolves when the task differs from what is known, is gone, the time is over or the signal is aborted. */
  wait(taskId: string, known: KnownState, { ms, signal }: { readonly ms: number; readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      const leave = () => {
        clearTimeout(limit);
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(entry);
        if (this.#waiting.size === 0) this.#close();
        resolve();
      };
      const entry: Waiting = { taskId, known, leave };
      const limit = setTimeout(leave, ms);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      this.#waiting.add(entry);
      this.#off ??= this.#db.wakeups.on(messagesWritten, () => this.#ring());
      // What changed before it was listened to is seen by this look.
      this.#lookIn(0);
    });
  }

  #close(): void {
    this.#off?.();
    this.#off = undefined;
    clearTimeout(this.#timer);
  }

  /** Many commits wake this: the first of them sets the time. */
  #ring(): void {
    if (this.#woken || this.#waiting.size === 0) return;
    this.#woken = true;
    setTimeout(() => {
      this.#woken = false;
      if (this.#waiting.size > 0) this.#lookIn(0);
    }, gatherMs);
  }

  #lookIn(ms: number): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), Math.max(ms, this.#notBefore - performance.now()));
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    const begun = performance.now();
    const asked = [...this.#waiting];
    try {
      const states = new Map((await statesOf(this.#db, [...new Set(asked.map((w) => w.taskId))])).map((s) => [s.taskId, s]));
      for (const w of asked) if (differs(states.get(w.taskId), w.known)) w.leave();
    } catch (err) {
      this.#log.warn({ err }, 'the tasks that callers wait for could not be looked at; this is tried again');
    }
    this.#notBefore = performance.now() + restFactor * (performance.now() - begun);
    this.#looking = false;
    // Whoever came, or whatever changed, meanwhile may have been missed.
    if (this.#waiting.size > 0) this.#lookIn(this.#again ? 0 : netMs);
  }
}

const differs = (now: { readonly state: string; readonly runs: number } | undefined, { state, runs }: KnownState): boolean =>
  now === undefined || (state !== undefined && now.state !== state) || (runs !== undefined && now.runs !== runs);
