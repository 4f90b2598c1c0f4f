import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * One pipe for everything that the commands of a task say, standard output and standard error alike.
 *
 * It is a FIFO, not what `spawn` makes for `pipe`: that would be a pair of sockets for each of the two, so the order between them would be
 * lost, and `echo x > /dev/stderr` or `tee /dev/stderr` in a script would fail (a socket cannot be opened by name).
 */
export interface OutputPipe {
  /** Where commands write to: give it to them as standard output and standard error. */
  readonly fd: number;
  /** Answers when everything has been read that was written before the call, even if a process that was left behind still writes. */
  drained(): Promise<void>;
  /** Whoever still writes gets SIGPIPE from now on. */
  close(): Promise<void>;
}

/**
 * Opens a named pipe that nobody else has open (`PipeFiles`). `sink` gets all bytes in order; while one call of it is not done and
 * `bufferLimit` bytes wait, nothing is read, and the writers are held up by the system: nothing is lost and memory is bounded.
 */
export const openOutputPipe = (path: string, sink: (bytes: Uint8Array) => Promise<void>): OutputPipe => {
  // Neither waits for anything. A reader first: opening for writing alone would wait for one. Two opens, since only ours may be
  // non-blocking. And numbers, not file handles: the socket closes its end itself.
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return new Fifo(reading, openSync(path, constants.O_WRONLY), sink);
  } catch (err) {
    closeSync(reading);
    throw err;
  }
};

const bufferLimit = 1 << 20;
// A pipe holds at most this much (Linux, /proc/sys/fs/pipe-max-size): after so many more bytes, what was in it before has been read.
const largestPipe = 1 << 20;
// A whole turn of the event loop polls the pipe once. The first may be half over when we begin.
const quietTurns = 3;

class Fifo implements OutputPipe {
  readonly fd: number;
  readonly #socket: Socket;
  readonly #sink: (bytes: Uint8Array) => Promise<void>;
  #received = 0;
  #buffered = 0;
  #sunk: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(reading: number, writing: number, sink: (bytes: Uint8Array) => Promise<void>) {
    this.fd = writing;
    this.#sink = sink;
    this.#socket = new Socket({ fd: reading, readable: true, writable: false });
    this.#socket.on('error', () => {});
    this.#socket.on('data', (bytes) => this.#take(bytes));
  }

  async drained(): Promise<void> {
    const end = this.#received + largestPipe;
    for (let quiet = 0; quiet < quietTurns && this.#received < end && !this.#socket.destroyed;) {
      const before = this.#received;
      if (this.#socket.isPaused()) await this.#sunk;
      else await nextTurn();
      quiet = this.#received === before && !this.#socket.isPaused() ? quiet + 1 : 0;
    }
    await this.#sunk;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.destroy();
    });
    await this.#sunk;
  }

  #take(bytes: Buffer): void {
    this.#received += bytes.length;
    this.#buffered += bytes.length;
    if (this.#buffered >= bufferLimit) this.#socket.pause();
    this.#sunk = this.#sink(bytes).then(() => {
      this.#buffered -= bytes.length;
      if (this.#buffered < bufferLimit / 2 && this.#socket.isPaused()) this.#socket.resume();
    });
  }
}
