import { type FileHandle, open } from 'node:fs/promises';
import { Problem } from '../task/problem.ts';
import { type Severity, workerLines } from './lines.ts';

/**
 * The log of one run: a file that grows. Commands and the worker append to it in order; the live log and the upload at the end read it
 * through the same open file, so that a task that deletes or replaces the file does not harm its log, and a slow network needs no memory.
 */
export interface TaskLog {
  /** How many bytes are in the file and can be read. */
  readonly size: number;
  /** Whether everything has been written. */
  readonly complete: boolean;
  /** Aborted, with a Problem as its reason, when the file cannot be written: the disk is full, for instance. */
  readonly broken: AbortSignal;
  /** Appends raw output. Answers when it can be read; whoever produces faster than the disk should wait for that. Never rejected. */
  write(bytes: Uint8Array): Promise<void>;
  /** Appends what the worker has to say, with its prefix, on lines of its own. */
  say(severity: Severity, text: string): void;
  /** Bytes from `offset` on, at most `length`. Fewer, or none, when the file does not hold more. */
  read(offset: number, length: number): Promise<Buffer<ArrayBuffer>>;
  /** Waits until there is more than `size` bytes, or the log is complete, or the signal is aborted. */
  grown(size: number, signal: AbortSignal): Promise<void>;
  /** Nothing can be added after this. Reading goes on until `close`. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Begins a log in a new file; a file that exists is an error. */
export const openTaskLog = async (path: string): Promise<TaskLog> => new GrowingFile(await open(path, 'ax+', 0o600));

const newline = 0x0a;

class GrowingFile implements TaskLog {
  size = 0;
  complete = false;
  readonly #file: FileHandle;
  readonly #breakage = new AbortController();
  readonly broken = this.#breakage.signal;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> = Promise.resolve();
  #atLineStart = true;
  #finishing = false;
  readonly #readers = new Set<() => void>();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || this.#finishing || this.broken.aborted) return this.#writing;
    this.#atLineStart = bytes.at(-1) === newline;
    this.#waiting.push(bytes);
    // One write for everything that came while the one before was busy.
    if (this.#waiting.length === 1) this.#writing = this.#writing.then(() => this.#writeWaiting());
    return this.#writing;
  }

  say(severity: Severity, text: string): void {
    const lines = workerLines(severity, text, new Date());
    void this.write(Buffer.from(this.#atLineStart ? lines : `\n${lines}`));
  }

  async read(offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  grown(size: number, signal: AbortSignal): Promise<void> {
    if (this.size > size || this.complete || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#readers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#readers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async finish(): Promise<void> {
    this.#finishing = true;
    await this.#writing;
    this.complete = true;
    this.#wakeReaders();
  }

  async close(): Promise<void> {
    await this.finish();
    await this.#file.close().catch(() => {});
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await this.#file.appendFile(batch.length === 1 ? (batch[0] as Uint8Array) : Buffer.concat(batch));
      for (const { length } of batch) this.size += length;
    } catch (err) {
      this.#breakage.abort(
        new Problem('resource-unavailable', 'The log of the task cannot be written. Is the disk of the worker full?', { cause: err }),
      );
    }
    this.#wakeReaders();
  }

  #wakeReaders(): void {
    for (const wake of this.#readers) wake();
  }
}
