import type { Terminal } from './terminal.ts';
import { write } from './terminal.ts';

const redrawMs = 1000;
const clearLine = '\r\u001B[K';

/**
 * One line at the bottom of the terminal that says what is going on, out of the way of the results.
 * Nothing is drawn when stderr is not a terminal.
 */
export interface Progress {
  /** Sets the line; the function is asked again every second, so that it can count. */
  readonly show: (line: () => string) => void;
  /** A line on stderr that stays. */
  readonly note: (line: string) => void;
  /** Results, written around the line. */
  readonly result: (chunk: string | Uint8Array) => Promise<void>;
  readonly end: () => void;
}

const newline = 10;
const endsLine = (chunk: string | Uint8Array) => (typeof chunk === 'string' ? chunk.endsWith('\n') : chunk[chunk.length - 1] === newline);

/** @param results where `result` writes: stdout unless told. */
export const progressOn = (terminal: Terminal, results = terminal.stdout): Progress => {
  const { stderr } = terminal;
  const drawing = Boolean(stderr.isTTY) && terminal.env.TERM !== 'dumb';
  let line: (() => string) | undefined;
  let drawn = false;
  // With an unfinished line of results on the same terminal there is no place for another one.
  let free = true;
  const draw = () => {
    if (!drawing || !line || !free) return;
    const text = line();
    const width = (stderr.columns || 80) - 1;
    stderr.write(clearLine + (text.length > width ? `${text.slice(0, width - 1)}…` : text));
    drawn = true;
  };
  const clear = () => {
    if (drawn) stderr.write(clearLine);
    drawn = false;
  };
  const timer = drawing ? setInterval(draw, redrawMs).unref() : undefined;
  return {
    show: (next) => ((line = next), draw()),
    note: (text) => (clear(), stderr.write(`${free ? '' : '\n'}${text}\n`), (free = true), draw()),
    result: async (chunk) => {
      if (chunk.length === 0) return;
      clear();
      await write(results, chunk);
      if (results.isTTY) free = endsLine(chunk);
      draw();
    },
    end: () => (clearInterval(timer), clear(), (line = undefined)),
  };
};
