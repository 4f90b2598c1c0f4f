import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the package runs in a browser: its modules import only each other', () => {
  const modules = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(modules.length).toBeGreaterThan(10);
  for (const name of modules) {
    const source = readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
    for (const [, from] of source.matchAll(/ from '([^']+)'/g)) expect(modules).toContain(from!.replace('./', ''));
    expect(source).not.toMatch(/\b(process|Buffer|require)\b[.(]/);
  }
});
