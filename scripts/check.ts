import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Everything that has to be right before a change goes in: npm run check, or some of it: npm run check -- lint types
// All steps run, also after one has failed, so that one run tells everything.

const steps: Readonly<Record<string, readonly string[]>> = {
  format: ['oxfmt --check'],
  lint: ['oxlint --type-aware --deny-warnings'],
  types: ['tsc --noEmit', 'tsc --noEmit -p apps/ui'],
  unused: ['knip --no-progress'],
  generated: ['node scripts/generate.ts --check'],
  tests: ['vitest run'],
};

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');

const runs = (line: string): boolean => {
  const [program = '', ...args] = line.split(' ');
  const command = program === 'node' ? process.execPath : join(bin, program);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${program} cannot be run (${error.message}). Run "npm ci".`);
  return status === 0;
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps);
const unknown = wanted.filter((name) => !steps[name]);
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. Choose among ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}

const failed: string[] = [];
for (const name of wanted) {
  console.error(`── ${name}`);
  const begun = Date.now();
  const good = (steps[name] ?? []).map(runs).every(Boolean);
  if (!good) failed.push(name);
  // The totals of the tests are the last line of a run that ends with them.
  if (name !== 'tests') console.error(`${good ? '✓' : '✗'} ${name} ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}
if (failed.length > 0) console.error(`✗ ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
