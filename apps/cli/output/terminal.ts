import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a command may know and use of the process that it runs in. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Results. */
  readonly stdout: Output;
  /** Progress and notes. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly folder: string;
  /** Calls back at Ctrl-C instead of ending the process. Answers a function that gives that up again. */
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** Writes, and waits while the reader at the other end is slower. */
export const write = async (output: Output, chunk: string | Uint8Array): Promise<void> => {
  if (!output.write(chunk)) await once(output, 'drain');
};

/** Data for programs: JSON with stable names, on stdout. */
export const writeJson = (terminal: Terminal, value: unknown): Promise<void> =>
  write(terminal.stdout, `${JSON.stringify(value, null, 2)}\n`);
