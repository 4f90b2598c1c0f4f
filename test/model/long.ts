import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { startTestCluster } from '@taskcluster/testing';
import { type Bug, bugs } from './bugs.ts';
import type { CheckReport } from './check.ts';

// npm run test:long -- --runs 100000 --seed 1 --report FILE (--bugs or --sequences for one half of it, --bug WORDS for bugs with these in their name)
// Plays many sequences against the model, half of them with overlapping requests, and then looks whether the model finds every bug of
// bugs.ts. docs/operate/proofs.md tells how to read the report.

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: process.env['MODEL_RUNS'] ?? '100000' },
    seed: { type: 'string', default: process.env['MODEL_SEED'] ?? String(Date.now() % 1_000_000_000) },
    bugs: { type: 'boolean', default: false },
    bug: { type: 'string', multiple: true },
    sequences: { type: 'boolean', default: false },
    report: { type: 'string', default: join(tmpdir(), 'taskcluster-model.json') },
  },
});
const print = (line: string) => void process.stdout.write(`${line}\n`);
const file = (name: string) => join(import.meta.dirname, name);
const cluster = await startTestCluster();

interface Played extends Partial<CheckReport> {
  /** 0: agreed, 1: disagreed, 3: the bug could not be planted. */
  readonly code: number;
  readonly said: string;
}
/** Plays in another process. */
const play = async (env: Readonly<Record<string, string>>, plant: readonly string[] = []): Promise<Played> => {
  const child = spawn(process.execPath, [...plant, file('play.ts')], {
    env: { ...process.env, MODEL_CLUSTER: cluster.connectionString, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const line = said.trim().split('\n').at(-1) ?? '';
  const report: Partial<CheckReport> = line.startsWith('{') ? JSON.parse(line) : {};
  return { ...report, code: Number(code), said: complained.trim() };
};

/** How many sequences one process plays before another one begins: the databases stay small. */
const chunk = 1_000;
const steps: Record<string, number> = {};
const played = { serial: 0, racing: 0 };
const failures: string[] = [];

const lane = async (kind: 'serial' | 'racing', total: number, firstSeed: number): Promise<void> => {
  for (let n = 0; played[kind] < total && failures.length === 0; n++) {
    const runs = Math.min(chunk, total - played[kind]);
    const seed = firstSeed + n;
    const out = await play({ MODEL_SEED: String(seed), MODEL_RUNS: String(runs), MODEL_RACES: kind === 'racing' ? '1' : '0' });
    played[kind] += out.sequences ?? 0;
    for (const [step, count] of Object.entries(out.steps ?? {})) steps[step] = (steps[step] ?? 0) + count;
    if (out.code !== 0) failures.push(out.failure ?? out.said);
    print(`${played.serial} sequences one after the other, ${played.racing} with races, ${failures.length} failures`);
  }
};

interface Hunt {
  readonly bug: string;
  readonly found: boolean;
  /** The first sequence that showed it. */
  readonly after?: number;
  readonly problem?: string;
}
const hunt = async ({ name, races = false }: Bug): Promise<Hunt> => {
  const env = { PLANTED_BUG: name, MODEL_SEED: values.seed, MODEL_RUNS: races ? '3000' : '1500', MODEL_RACES: races ? '1' : '0' };
  const { code, sequences = 0, said } = await play(env, ['--import', file('plant.ts')]);
  if (code === 1) return { bug: name, found: true, after: sequences };
  return { bug: name, found: false, ...(code === 0 ? {} : { problem: said.slice(0, 500) }) };
};

const hunted = bugs.filter(({ name }) => values.bug?.some((words) => name.includes(words)) ?? true);
if (hunted.length === 0) throw new Error(`No bug has a name with ${values.bug?.join(' or ')} in it. test/model/bugs.ts has the list.`);

const hunts: Hunt[] = [];
const begun = Date.now();
try {
  const half = Math.ceil(Number(values.runs) / 2);
  const seed = Number(values.seed);
  if (!values.bugs && !values.bug)
    await Promise.all([lane('serial', half, seed), lane('racing', Number(values.runs) - half, seed + 500_000_000)]);
  if (!values.sequences)
    for (const bug of hunted) {
      const result = await hunt(bug);
      hunts.push(result);
      print(`${result.found ? `✓ found after ${result.after} sequences` : `✗ not found ${result.problem ?? ''}`}: ${bug.name}`);
    }
} finally {
  await cluster.stop();
}

const missed = hunts.filter((h) => !h.found);
const report = { seed: values.seed, played, steps, failures, bugs: hunts, seconds: Math.round((Date.now() - begun) / 1_000) };
await writeFile(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
for (const failure of failures) print(failure);
const total = Object.values(steps).reduce((n, count) => n + count, 0);
print(
  `${played.serial + played.racing} sequences, ${total} steps, ${failures.length} failures; ${hunts.length - missed.length} of ${hunts.length} planted bugs found; ${report.seconds} s`,
);
print(`report: ${values.report}`);
process.exitCode = failures.length + missed.length > 0 ? 1 : 0;
