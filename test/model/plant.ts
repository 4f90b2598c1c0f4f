import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bug, bugs } from './bugs.ts';

// node --import ./test/model/plant.ts …, with PLANTED_BUG: loads the queue with this bug in it. The files stay as they are.

const root = join(import.meta.dirname, '../..');
const bug: Bug | undefined = bugs.find((b) => b.name === process.env['PLANTED_BUG']);
if (!bug) throw new Error(`There is no bug named ${JSON.stringify(process.env['PLANTED_BUG'])}. test/model/bugs.ts has the list.`);

const file = join(root, bug.file);
const parts = readFileSync(file, 'utf8').split(bug.find);
if (parts.length !== 2) {
  console.error(`The bug cannot be planted: ${bug.file} has its text ${parts.length - 1} times. Bring test/model/bugs.ts up to date.`);
  process.exit(3);
}

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    return url.startsWith('file:') && fileURLToPath(url) === file ? { ...loaded, source: parts.join(bug.replace) } : loaded;
  },
});
