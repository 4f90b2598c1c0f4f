import { withoutSequences } from './ansi.ts';
import type { LogBuffer } from './buffer.ts';
import { Numbers } from './numbers.ts';

/** About a millisecond of work: 200 MB take 800 such steps, and a keystroke never waits for more than one. */
const stepBytes = 256 * 1024;

/** Finds the lines of a growing log that contain a text, whatever its case. Work is done in steps, so that the page stays quick. */
export class LineSearch {
  readonly query: string;
  /** Numbers of the lines that match, rising. */
  readonly lines = new Numbers();
  readonly #needle: string;
  readonly #buffer: LogBuffer;
  #next = 0;

  constructor(buffer: LogBuffer, query: string) {
    this.#buffer = buffer;
    this.query = query;
    this.#needle = query.toLowerCase();
  }

  /** How many of the received lines have not been searched yet. */
  get unsearched(): number {
    return this.#buffer.lineCount - this.#next;
  }

  /** Searches a little further; answers whether there was anything to do. `complete` says that the last line will not grow any more. */
  step(complete: boolean): boolean {
    const { text, next } = this.#buffer.text(this.#next, stepBytes);
    const last = next >= this.#buffer.lineCount;
    // A line that is still being written is looked at when it is complete.
    const end = last && !complete && !text.endsWith('\n') ? text.lastIndexOf('\n') + 1 : text.length;
    if (end === 0) return false;
    this.#find(withoutSequences(text.slice(0, end)).toLowerCase());
    this.#next = end < text.length ? next - 1 : next;
    return true;
  }

  #find(text: string): void {
    let line = this.#next;
    let counted = 0;
    for (let at = text.indexOf(this.#needle); at >= 0;) {
      for (let end = text.indexOf('\n', counted); end >= 0 && end < at; end = text.indexOf('\n', counted)) {
        line++;
        counted = end + 1;
      }
      this.lines.push(line);
      const end = text.indexOf('\n', at);
      at = end < 0 ? -1 : text.indexOf(this.#needle, end);
    }
  }

  /** The match after (or with `step` -1: before) a line, starting over at the ends; undefined when there is none. */
  from(line: number, step: 1 | -1): number | undefined {
    const count = this.lines.length;
    if (count === 0) return undefined;
    const place = step === 1 ? this.lines.lastNotAbove(line) + 1 : this.lines.lastNotAbove(line - 1);
    return this.lines.at((place + count) % count);
  }
}
