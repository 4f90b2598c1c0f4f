import { LogBuffer } from './buffer.ts';
import { firstErrorIn } from './first-error.ts';
import { LineSearch } from './search.ts';
import { type LogName, type Reading, readLog } from './source.ts';

/** What the viewer draws. A new object at most once per frame, however fast the log grows. */
export interface LogView {
  readonly lineCount: number;
  readonly byteLength: number;
  readonly reading: Reading;
  /** The first line that looks like an error, as soon as it is known. */
  readonly errorLine: number | undefined;
  /** Whether all that was received has been looked through for one. */
  readonly errorSearched: boolean;
  readonly matches: number;
  readonly searching: boolean;
}

/** Work in what is left of a frame; where browsers cannot tell (Safari), 8 ms of it at a time. */
const idle = (work: (timeLeft: () => number) => void): void => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback((deadline) => work(() => deadline.timeRemaining()), { timeout: 200 });
  else
    setTimeout(
      () =>
        work(
          (
            (until) => () =>
              until - performance.now()
          )(performance.now() + 8),
        ),
      16,
    );
};
const scanBytes = 256 * 1024;

/** A log that is being read, searched and watched. It goes on in the background until it is closed. */
export class OpenLog {
  readonly buffer = new LogBuffer();
  readonly #watchers = new Set<() => void>();
  readonly #closing = new AbortController();
  #reading: Reading = { state: 'opening' };
  #errorLine: number | undefined;
  #scanned = 0;
  #search: LineSearch | undefined;
  #view: LogView;
  #frame = false;
  #working = false;

  constructor(log: LogName) {
    this.#view = this.#look();
    void readLog({
      log,
      buffer: this.buffer,
      signal: this.#closing.signal,
      onReading: (reading) => {
        this.#reading = reading;
        this.#changed();
      },
      onBytes: () => this.#changed(),
    });
  }

  readonly view = (): LogView => this.#view;
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  get search(): LineSearch | undefined {
    return this.#search;
  }

  /** Begins to look for a text; an empty one ends the search. */
  find(query: string): void {
    if (query === (this.#search?.query ?? '')) return;
    this.#search = query === '' ? undefined : new LineSearch(this.buffer, query);
    this.#changed();
  }

  close(): void {
    this.#closing.abort();
  }

  get #complete(): boolean {
    return ['complete', 'none', 'missing', 'refused'].includes(this.#reading.state);
  }

  #look(): LogView {
    const { lineCount, byteLength } = this.buffer;
    const searching = this.#search !== undefined && this.#search.unsearched > 1;
    const errorSearched = this.#errorLine !== undefined || this.#scanned >= lineCount;
    return {
      lineCount,
      byteLength,
      reading: this.#reading,
      errorLine: this.#errorLine,
      errorSearched,
      matches: this.#search?.lines.length ?? 0,
      searching,
    };
  }

  #changed(): void {
    if (!this.#working) {
      this.#working = true;
      idle((timeLeft) => this.#work(timeLeft));
    }
    if (this.#frame) return;
    this.#frame = true;
    const draw = () => {
      this.#frame = false;
      this.#view = this.#look();
      for (const watcher of this.#watchers) watcher();
    };
    // Frames stop in a hidden tab, and its title and counts should not.
    if (document.hidden) setTimeout(draw, 250);
    else requestAnimationFrame(draw);
  }

  /** Searches for as long as the page has nothing else to do; asks to go on if there is more. */
  #work(timeLeft: () => number): void {
    this.#working = false;
    let found = false;
    for (let more = true; more;) {
      const scanned = this.#scan();
      more = (this.#search?.step(this.#complete) ?? false) || scanned;
      found ||= more;
      if (timeLeft() < 2) break;
    }
    // Shows what was found, and comes back here to see whether there is more to do.
    if (found && !this.#closing.signal.aborted) this.#changed();
  }

  #scan(): boolean {
    if (this.#errorLine !== undefined) return false;
    const { text, next } = this.buffer.text(this.#scanned, scanBytes);
    // The last line may still grow: it is looked at when there is one after it, or nothing more comes.
    if (text === '' || (next >= this.buffer.lineCount && !text.endsWith('\n') && !this.#complete)) return false;
    const found = firstErrorIn(text);
    if (found >= 0) this.#errorLine = this.#scanned + found;
    this.#scanned = next;
    return true;
  }
}

const open = new Map<string, OpenLog>();
/** So many logs stay in memory, so that going to another tab and back does not fetch 200 MB again. */
const kept = 2;

/** The log of a run; the one that is open already if there is one. */
export const openLog = (log: LogName): OpenLog => {
  const key = `${log.taskId}/${log.runId}/${log.name}`;
  const known = open.get(key);
  const opened = known && !['missing', 'refused', 'none'].includes(known.view().reading.state) ? known : new OpenLog(log);
  // The one that was looked at last is the last to be closed.
  open.delete(key);
  open.set(key, opened);
  for (const [oldest, one] of open) {
    if (open.size <= kept) break;
    one.close();
    open.delete(oldest);
  }
  return opened;
};
