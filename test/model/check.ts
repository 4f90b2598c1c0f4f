import fc from 'fast-check';
import { type Engine, openEngine } from './engine.ts';
import { newModel } from './model.ts';
import { sequences, type Step } from './sequence.ts';

export interface CheckOptions {
  /** A cluster in which databases can be made. */
  readonly cluster: string;
  readonly seed: number;
  readonly runs: number;
  /** Whether requests overlap. */
  readonly races: boolean;
  /** The place of a failure, as a failing run prints it: only this sequence is played. */
  readonly path?: string | undefined;
  /** Whether the shortest sequence is looked for; it is, unless told. */
  readonly shorten?: boolean;
}
export interface CheckReport {
  readonly sequences: number;
  /** How often each step was taken. */
  readonly steps: Readonly<Record<string, number>>;
  /** What went wrong, with the seed and the shortest sequence that shows it. */
  readonly failure?: string;
}

// A shorter sequence is worth waiting for, but not for ever.
const shorteningMs = 40_000;

const begin = Date.UTC(2030, 0, 1);

/** Plays random sequences of requests against the engine and the model, and finds the shortest one on which they disagree. */
export const check = async ({ cluster, seed, runs, races, path, shorten = true }: CheckOptions): Promise<CheckReport> => {
  const engine = await openEngine(cluster);
  const steps: Record<string, number> = {};
  let played = 0;
  let failedAt = Infinity;
  try {
    const property = fc.asyncProperty(sequences(races), async (chosen) => {
      if (Date.now() - failedAt > shorteningMs) return; // short enough
      try {
        await play(engine, chosen, { name: `${seed} ${played++}`, steps });
      } catch (err) {
        failedAt = Math.min(failedAt, Date.now());
        throw err;
      }
    });
    const out = await fc.check(property, {
      seed,
      numRuns: runs,
      endOnFailure: !shorten,
      ...(path === undefined ? {} : { path }),
    });
    return out.failed ? { sequences: out.numRuns, steps, failure: tell(out, races) } : { sequences: out.numRuns, steps };
  } finally {
    await engine.close();
  }
};

const play = async (
  engine: Engine,
  chosen: Iterable<Step>,
  { name, steps }: { readonly name: string; readonly steps: Record<string, number> },
): Promise<void> => {
  await engine.clear();
  await engine.takeMessages();
  await engine.setTime(begin);
  const count = (what: string) => void (steps[what] = (steps[what] ?? 0) + 1);
  await fc.asyncModelRun(() => ({ model: { models: [newModel(begin)] }, real: { engine, sequence: name, count } }), chosen);
};

const tell = (
  { seed, counterexamplePath, counterexample, errorInstance, numShrinks }: fc.RunDetails<[Iterable<Step>]>,
  races: boolean,
): string =>
  [
    `The engine and the model disagree. Play it again with MODEL_SEED=${seed} MODEL_PATH=${counterexamplePath}${races ? ' npx vitest run test/model/races.test.ts' : ' npx vitest run test/model/model.test.ts'}`,
    `The shortest sequence (after ${numShrinks} steps of shortening): ${fc.stringify(counterexample)}`,
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  ].join('\n');
