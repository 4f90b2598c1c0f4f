import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { wrongUse } from '../../exit.ts';
import type { Terminal } from '../../output/terminal.ts';

/** Reads `--body`: JSON as it stands, `@file`, or `-` for stdin. @throws CommandError when it is not JSON. */
export const bodyFrom = async (given: string, { stdin, stderr, folder }: Terminal): Promise<unknown> => {
  if (given === '-' && stdin.isTTY) stderr.write('Reading the body from the terminal; end it with Ctrl-D.\n');
  const content =
    given === '-' ? await textOf(stdin) : given.startsWith('@') ? await fileContent(path.resolve(folder, given.slice(1))) : given;
  try {
    return JSON.parse(content) as unknown;
  } catch (err) {
    const where = given === '-' ? 'What came on stdin' : given.startsWith('@') ? given.slice(1) : 'The body';
    throw wrongUse(`${where} is not JSON: ${(err as Error).message}. Write --body '{…}', --body @file.json or --body - for stdin.`);
  }
};

const fileContent = (file: string) =>
  readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw wrongUse(`${file} cannot be read (${err.code}). Check the path behind the @.`);
  });
