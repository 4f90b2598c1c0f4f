import { withoutSequences } from './ansi.ts';

// Words that go on (`errors.cpp`, `fail-fast`, `error/`) are names; words that end so (`TypeError`, `IOException`) are errors.
const telling =
  /(?:(?:error|exception)s?|\b(?:fatal|panic|panicked|traceback|fail|failed|failure|failures|not found|no such file|permission denied|segmentation fault|killed|out of memory))\b(?![./-]\w)/i;
/** What looks like an error and is none: counts of zero, options and names of files and settings. */
const harmless =
  /\b(0|no|zero|without)\s+(\w+\s+)?(errors?|failures?|failed|exceptions?)\b|\b(errors?|failures?|failed|fail|exceptions?)\s*[:=]\s*(0|none|false|null)\b|-{1,2}[\w-]*(error|fail|exception)|ignor(e|ed|ing)\b.*\berror|(xfail|expected (error|failure))/i;

/** What the worker writes about the task as a whole: the cause stands above it. */
const worker = /^\[taskcluster[ :]/;

/** Whether a line of a log looks like the first sign of what went wrong. A guess by words: it serves to open a log in the right place. */
export const looksLikeError = (line: string): boolean => {
  if (line.length > 4000) return false;
  // The end of a colour sequence is a letter, and would hide the beginning of the word behind it.
  const text = withoutSequences(line);
  return telling.test(text) && !harmless.test(text) && !worker.test(text);
};

/** The index of the first such line in a text of several lines, or -1. */
export const firstErrorIn = (text: string): number => {
  const plain = withoutSequences(text);
  // Most blocks of most logs hold no such word: one test spares cutting them into lines.
  if (!telling.test(plain)) return -1;
  return plain.split('\n').findIndex(looksLikeError);
};
