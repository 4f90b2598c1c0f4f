import { lastDrawing, plainStyle, type Style, styleAfter } from './ansi.ts';
import { Numbers } from './numbers.ts';

const blockBytes = 1 << 20;
const newline = 10;
const escape = 0x1b;
/** Of a longer line only the beginning is drawn: no reader wants the rest, and no browser lays it out quickly. */
export const shownLineBytes = 8192;

/**
 * A log as it was received: bytes in blocks of 1 MiB and the offset at which each line begins. 200 MB of log in 2.5 million lines
 * cost 210 MB and no strings; a line is decoded when it is drawn or searched.
 */
export class LogBuffer {
  readonly #blocks: Uint8Array[] = [];
  readonly #starts = new Numbers();
  // Where the style at the beginning of a line differs from the line before: line and style, in step.
  readonly #styledLines = new Numbers();
  readonly #styles = new Numbers();
  readonly #decoder = new TextDecoder();
  #style: Style = plainStyle;
  #lineHasEscape = false;
  #length = 0;

  constructor() {
    this.#starts.push(0);
  }

  get byteLength(): number {
    return this.#length;
  }

  /** Complete lines, and the one that is being written if there is anything of it. */
  get lineCount(): number {
    return this.#starts.length - (this.#starts.at(this.#starts.length - 1) === this.#length ? 1 : 0);
  }

  append(bytes: Uint8Array): void {
    const before = this.#length;
    this.#copy(bytes);
    let nextEscape = bytes.indexOf(escape);
    let from = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      if (nextEscape >= 0 && nextEscape < at) {
        this.#lineHasEscape = true;
        nextEscape = bytes.indexOf(escape, at);
      }
      this.#endLine(before + at);
      from = at + 1;
    }
    if (nextEscape >= from) this.#lineHasEscape = true;
  }

  /** The text of a line as a terminal would leave it, without its end; at most `shownLineBytes` of it. */
  line(index: number): string {
    const { start, end } = this.#range(index);
    return lastDrawing(this.#decoder.decode(this.#slice(start, Math.min(end, start + shownLineBytes))));
  }

  /** How many bytes of a line `line` leaves out. */
  hiddenBytes(index: number): number {
    const { start, end } = this.#range(index);
    return Math.max(0, end - start - shownLineBytes);
  }

  /** The style in which a line begins. */
  styleAt(index: number): Style {
    const at = this.#styledLines.lastNotAbove(index);
    return at < 0 ? plainStyle : this.#styles.at(at);
  }

  /**
   * Whole lines from `first` on, together about `bytes` long and at least one, as one text. `next` is the line after them.
   */
  text(first: number, bytes: number): { readonly text: string; readonly next: number } {
    const count = this.lineCount;
    if (first >= count) return { text: '', next: first };
    const start = this.#starts.at(first);
    const next = Math.min(count, Math.max(first + 1, this.#starts.lastNotAbove(start + bytes)));
    const end = next < this.#starts.length ? this.#starts.at(next) : this.#length;
    return { text: this.#decoder.decode(this.#slice(start, end)), next };
  }

  #endLine(at: number): void {
    if (this.#lineHasEscape) {
      this.#style = styleAfter(this.#slice(this.#starts.at(this.#starts.length - 1), at), this.#style);
      this.#lineHasEscape = false;
      const known = this.#styles.length === 0 ? plainStyle : this.#styles.at(this.#styles.length - 1);
      if (known !== this.#style) {
        this.#styledLines.push(this.#starts.length);
        this.#styles.push(this.#style);
      }
    }
    this.#starts.push(at + 1);
  }

  #range(index: number): { readonly start: number; readonly end: number } {
    const start = this.#starts.at(index);
    const last = index + 1 >= this.#starts.length;
    return { start, end: last ? this.#length : this.#starts.at(index + 1) - 1 };
  }

  #copy(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const used = this.#length % blockBytes;
      if (used === 0) this.#blocks.push(new Uint8Array(blockBytes));
      const part = bytes.subarray(from, from + blockBytes - used);
      this.#blocks.at(-1)!.set(part, used);
      this.#length += part.length;
      from += part.length;
    }
  }

  #slice(start: number, end: number): Uint8Array {
    const first = Math.floor(start / blockBytes);
    const within = start - first * blockBytes;
    if (within + end - start <= blockBytes) return this.#blocks[first]?.subarray(within, within + end - start) ?? new Uint8Array();
    const whole = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const block = this.#blocks[Math.floor(at / blockBytes)]!;
      const part = block.subarray(at % blockBytes, Math.min(blockBytes, (at % blockBytes) + end - at));
      whole.set(part, at - start);
      at += part.length;
    }
    return whole;
  }
}
