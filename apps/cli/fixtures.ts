import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from './main.ts';
import type { Output, Terminal } from './output/terminal.ts';

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly stdin?: string;
  /** Whether stdout and stderr are terminals. */
  readonly isTTY?: boolean;
}
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal in memory. `ended` gives what was written once the outputs are closed. */
export const terminalFor = ({ env = {}, folder = '/', stdin = '', isTTY = false }: Surroundings = {}) => {
  const output = (): Output & PassThrough => Object.assign(new PassThrough({ highWaterMark: 1 << 24 }), { isTTY, columns: 120 });
  const [stdout, stderr] = [output(), output()];
  const callbacks = new Set<() => void>();
  const onInterrupt = (callback: () => void) => (callbacks.add(callback), () => void callbacks.delete(callback));
  const terminal: Terminal = { stdin: Readable.from([stdin]), stdout, stderr, env, folder, onInterrupt };
  return {
    terminal,
    stdout,
    stderr,
    interrupt: () => [...callbacks].forEach((callback) => callback()),
    ended: async () => ({ out: await text(stdout.end()), err: await text(stderr.end()) }),
  };
};

/** Runs a command line to its end, in this process. */
export const run = async (words: readonly string[], surroundings?: Surroundings): Promise<Outcome> => {
  const { terminal, ended } = terminalFor(surroundings);
  const code = await main(words, terminal);
  return { code, ...(await ended()) };
};
