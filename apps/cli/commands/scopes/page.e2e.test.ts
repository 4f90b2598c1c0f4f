import { testPlatform } from '@taskcluster/server/testing';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../../fixtures-platform.ts';

// Runs the examples of the page, one after the other and as they stand there, and compares what comes with what it says.
const page = readFileSync(path.join(import.meta.dirname, '../../../../docs/operate/auth.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);

interface Example {
  readonly command: string;
  readonly output: string;
}
const examples: readonly Example[] = blocks('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n');
      return { command: text.slice(0, end), output: text.slice(end + 1).trimEnd() };
    }),
);

const jsonWith = (word: string) => blocks('json').find((text) => text.includes(word)) ?? '';

/** The words of a command line, as far as the page uses a shell: single quotes, and output into a file. */
const wordsOf = (line: string): string[] => [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll(/'([^']*)'/g, '$1'));

/** `…` stands for any text: alone on a line for any lines. */
const shape = (expected: string): RegExp =>
  new RegExp(
    `^${expected
      .split('\n')
      .map((line) => (line.trim() === '…' ? '[^]*?' : line.split('…').map(escaped).join('.*')))
      .join('\n')}$`,
  );
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

let p: CommandPlatform;
let accessToken = '';
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
  await writeFile(path.join(p.folder, 'new-roles.json'), jsonWith('"roleId"'));
});
afterAll(() => p.close());

const runExample = async (command: string): Promise<string> => {
  const [line = '', file] = command.split(' > ');
  const words = wordsOf(line);
  const start = words.indexOf('npx');
  const given = words.slice(0, start).map((word) => {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? [];
    return [name, value === '…' ? accessToken : value];
  });
  expect(words.slice(start, start + 2)).toEqual(['npx', 'taskcluster']);
  const env = { ...p.env, NO_COLOR: '1', ...Object.fromEntries(given) };
  const { out, err } = await p.run(words.slice(start + 2), { env, isTTY: true });
  accessToken = /"accessToken": "([^"]+)"/.exec(out)?.[1] ?? accessToken;
  if (file !== undefined) await writeFile(path.join(p.folder, file), out);
  return ((file === undefined ? out : '') + err).trimEnd();
};

test('the page has examples', () => {
  expect(examples.length).toBeGreaterThan(12);
});

describe('the examples of the page', () => {
  test.each(examples)('$command', async ({ command, output }) => {
    const actual = await runExample(command);
    if (!shape(output).test(actual)) expect(actual).toBe(output);
  });
});

test('the configuration that the page shows is one', async () => {
  const text = jsonWith('"accessToken"');
  const t = await testPlatform(inject('postgres'), { STATIC_CLIENTS: text });
  try {
    const [shown] = JSON.parse(text) as readonly { readonly clientId: string; readonly scopes: readonly string[] }[];
    expect(await t.clients.auth.client({ clientId: shown?.clientId ?? '' })).toMatchObject({ scopes: shown?.scopes });
  } finally {
    await t.close();
  }
});
