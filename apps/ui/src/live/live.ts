import { CallError } from '@taskcluster/client/client';
import { events } from '../session/api.ts';
import { forgetCredentials } from '../session/session.ts';
import { bindingsOf, type Interest } from './interest.ts';
import { followOnce, type Message } from './stream.ts';

/**
 * How fresh the page is. `off`: no page asks for messages. `refused`: the user may not listen, so a page has to be reloaded
 * to see changes.
 */
export type Live =
  | { readonly state: 'off' | 'connecting' | 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly retryAt: number }
  | { readonly state: 'refused'; readonly message: string };

export interface Listener {
  /** Several messages at once, in the order in which they were sent. */
  readonly onMessages: (messages: readonly Message[]) => void;
  /** The stream flows (again). `missed` says whether messages may be missing, so that what is shown has to be read again. */
  readonly onLive: (missed: boolean) => void;
}

const gatherMs = 150;
const firstPauseMs = 500;
const maxPauseMs = 15_000;

/** Keeps one event stream open for all that the page shows; it goes on by cursor when that changes or the connection breaks. */
export class LiveStream {
  readonly #listener: Listener;
  readonly #watchers = new Set<() => void>();
  readonly #interests = new Map<symbol, Interest>();
  #live: Live = { state: 'off' };
  #cursor: string | undefined;
  #running: AbortController | undefined;
  #changing: ReturnType<typeof setTimeout> | undefined;
  #skipPause: (() => void) | undefined;
  #gathered: Message[] = [];

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  readonly current = (): Live => this.#live;
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  /** Asks for messages until the returned function is called. */
  want(interest: Interest): () => void {
    const key = Symbol('interest');
    this.#change(() => this.#interests.set(key, interest));
    return () => this.#change(() => this.#interests.delete(key));
  }

  /** Tries again at once. */
  retry(): void {
    this.#skipPause?.();
  }

  /** Begins anew, for another user. */
  reset(): void {
    this.#cursor = undefined;
    this.#become({ state: 'off' });
    this.#restart();
  }

  #bind(): string {
    return [...new Set([...this.#interests.values()].flatMap(bindingsOf))].join(',');
  }

  #change(make: () => void): void {
    const before = this.#bind();
    make();
    if (this.#bind() === before) return;
    clearTimeout(this.#changing);
    // The page that goes and the page that comes change the bindings together.
    this.#changing = setTimeout(() => this.#restart(), 50);
  }

  #become(live: Live): void {
    this.#live = live;
    for (const watcher of this.#watchers) watcher();
  }

  #restart(): void {
    this.#running?.abort();
    this.#running = undefined;
    if (this.#interests.size === 0) return this.#become({ state: 'off' });
    if (this.#live.state !== 'live' && this.#live.state !== 'lost') this.#become({ state: 'connecting' });
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      const failure = await this.#follow(signal, () => (failures = 0));
      if (signal.aborted) return;
      if (failure?.status === 403) return this.#become({ state: 'refused', message: failure.message });
      if (failure?.status === 401) forgetCredentials();
      // A cursor that the server no longer knows is given up: the next stream begins now, and everything is read again.
      else if (failure && failure.status >= 400 && failure.status < 500) this.#cursor = undefined;
      // A stream that ended in good order is opened again at once, the first time.
      if (failure || failures > 0) await this.#pause(failures, signal);
    }
  }

  async #follow(signal: AbortSignal, onFlow: () => void): Promise<CallError | undefined> {
    const missed = this.#cursor === undefined;
    const onPlace = (cursor: string) => {
      this.#cursor = cursor;
      onFlow();
      if (this.#live.state === 'live') return;
      this.#listener.onLive(missed);
      this.#become({ state: 'live' });
    };
    const open = (cursor: string | undefined, streamSignal: AbortSignal) =>
      events.events({ bind: this.#bind(), ...(cursor !== undefined && { cursor }) }, undefined, { signal: streamSignal, retries: 0 });
    try {
      await followOnce({ open, cursor: this.#cursor, onMessage: (message) => this.#gather(message), onPlace, signal });
      return undefined;
    } catch (error) {
      return error instanceof CallError
        ? error
        : new CallError('The event stream broke.', { code: 'ConnectionFailed', status: 0, cause: error });
    }
  }

  #gather(message: Message): void {
    if (this.#gathered.length === 0) {
      setTimeout(() => {
        const messages = this.#gathered;
        this.#gathered = [];
        this.#listener.onMessages(messages);
      }, gatherMs);
    }
    this.#gathered.push(message);
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** failures) * (0.75 + Math.random() / 2);
    const since = this.#live.state === 'lost' ? this.#live.since : Date.now();
    this.#become({ state: 'lost', since, retryAt: Date.now() + pauseMs });
    await new Promise<void>((resolve) => {
      this.#skipPause = resolve;
      setTimeout(resolve, pauseMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
