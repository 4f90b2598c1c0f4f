import fc from 'fast-check';
import type { Engine } from './engine.ts';
import { actionOf, type Intent, intents, rushes } from './intent.ts';
import { apply, type Model, restart as restartModel } from './model.ts';
import { answersAgree, Divergence, explain, observe } from './observation.ts';
import { keyOf, orders, type Raced } from './orders.ts';
import type { Action, Definition } from './vocabulary.ts';

/**
 * What the test believes to be the state of the engine. After a race several orders may explain what came out, and only later requests
 * tell them apart; so there may be several models, and the engine is wrong when it contradicts all of them.
 */
export interface Beliefs {
  models: Model[];
}
/** The engine with what belongs to one sequence. */
export interface Real {
  readonly engine: Engine;
  readonly sequence: string;
  /** Counts what was done, for the report. */
  readonly count: (what: string) => void;
}
export type Step = fc.AsyncCommand<Beliefs, Real>;

/** Keeps those models for which `test` does not throw a Divergence; throws when none is left. */
const keep = (beliefs: Beliefs, test: (model: Model) => Model[], what: string): void => {
  const misses: string[] = [];
  const kept = new Map<string, Model>();
  for (const model of beliefs.models) {
    try {
      for (const after of test(model)) kept.set(keyOf(after), after);
    } catch (err) {
      if (!(err instanceof Divergence)) throw err;
      misses.push(err.message);
    }
  }
  if (kept.size === 0) throw new Divergence(`${what}\n${misses.join('\n\n')}`);
  beliefs.models = [...kept.values()];
};

const tick = async ({ models }: Beliefs, { engine }: Real, ms: number): Promise<void> => {
  for (const model of models) model.now += ms;
  await engine.setTime(models[0]?.now ?? 0);
};

const look = async (beliefs: Beliefs, { engine }: Real, what: string): Promise<void> => {
  const seen = await observe(engine, beliefs.models);
  keep(
    beliefs,
    (model) => {
      explain(model, seen, what);
      return [model];
    },
    what,
  );
};

const chosenAction = (intent: Intent, { models: [model] }: Beliefs, sequence: string): Action | undefined =>
  model && actionOf(intent, model, sequence);
const nameOf = ({ kind, a, b, c, d }: Intent) => `${kind}(${[a, b, c, d].join(',')})`;

const single = (intent: Intent): Step => ({
  check: () => true,
  run: async (beliefs, real) => {
    const action = chosenAction(intent, beliefs, real.sequence);
    if (!action) return;
    await tick(beliefs, real, 2);
    real.count(action.do);
    const answer = await real.engine.perform(action);
    keep(
      beliefs,
      (model) => {
        answersAgree(action, answer, apply(model, action, answer));
        return [model];
      },
      'An answer is not what the model gives:',
    );
    await look(beliefs, real, JSON.stringify(action));
  },
  toString: () => nameOf(intent),
});

const minuteMs = 60_000;
// After the longest a worker that was not seen is forgotten.
const pauses = [1, 9, 20, 20, 60, 600, 1_500].map((minutes) => minutes * minuteMs);

/** Time passes; the background processes see it at once, or later. */
const pause = (n: number, noticed: boolean): Step => ({
  check: () => true,
  run: async (beliefs, real) => {
    await tick(beliefs, real, pauses[n % pauses.length] ?? minuteMs);
    real.count('pause');
    if (noticed) await real.engine.perform({ do: 'loops' });
    if (noticed) for (const model of beliefs.models) apply(model, { do: 'loops' });
    await look(beliefs, real, 'pause');
  },
  toString: () => `pause(${(pauses[n % pauses.length] ?? 0) / minuteMs} min${noticed ? '' : ', unnoticed'})`,
});

const restart: Step = {
  check: () => true,
  run: async (beliefs, real) => {
    real.count('restart');
    await real.engine.restart();
    for (const model of beliefs.models) restartModel(model);
    await look(beliefs, real, 'restart');
  },
  toString: () => 'restart',
};

// A change of a whole group is many changes of tasks; two at once may come to each task in another order, and no promise says otherwise.
// Messages about workers are handled one by one, and the model reads two that wait as if they were one.
const alone: ReadonlySet<string> = new Set<Action['do']>(['groupPriority', 'gone']);
const definitionsIn = (action: Action): readonly Definition[] =>
  action.do === 'create' ? [action.definition] : action.do === 'createAll' ? action.definitions : [];

/**
 * Several requests at the same time. What came out must be what some order of them gives: every answer, every status, and each task's
 * messages in their order.
 */
const race = (chosen: readonly Intent[]): Step => ({
  check: () => true,
  run: async (beliefs, real) => {
    const wanted = chosen.map((intent) => chosenAction(intent, beliefs, real.sequence)).filter((x) => x !== undefined);
    const actions = wanted.filter((x, i) => !alone.has(x.do) || wanted.findIndex((other) => other.do === x.do) === i);
    await tick(beliefs, real, 2);
    real.count('race');
    for (const action of actions) real.count(`${action.do} in a race`);
    const answers = await Promise.all(actions.map((action) => real.engine.perform(action)));
    const raced = actions.map((action, i): Raced => ({ action, answer: answers[i] ?? { code: 'nothing' } }));
    // What was noted about groups is looked at now, or nobody could say whether it was before.
    await real.engine.perform({ do: 'loops' });
    const seen = await observe(real.engine, beliefs.models, actions.flatMap(definitionsIn));
    const what = `No order of these explains what came out:\n${actions.map((x, i) => `${i}: ${JSON.stringify(x)}`).join('\n')}\n`;
    keep(beliefs, (model) => orders(model, raced, seen), what);
  },
  toString: () => `race(${chosen.map(nameOf).join(' | ')})`,
});

/** Sequences of at most `length` steps; `races` are those in which requests overlap. */
export const sequences = (races: boolean, length = 22): fc.Arbitrary<Iterable<Step>> => {
  const one = intents.map(single);
  const time = fc.tuple(fc.nat({ max: 59 }), fc.boolean()).map(([n, noticed]) => pause(n, noticed));
  const many = fc.array(intents, { minLength: 2, maxLength: 4, size: 'max' }).map(race);
  const mix = (weights: readonly [fc.Arbitrary<Step>, number][]) =>
    fc.oneof(...weights.map(([arbitrary, weight]) => ({ arbitrary, weight })));
  const steps = races
    ? mix([
        [one, 12],
        [many, 10],
        [rushes.map(race), 2],
        [time, 2],
      ])
    : mix([
        [one, 40],
        [time, 5],
        [fc.constant(restart), 1],
      ]);
  return fc.commands([steps], { maxCommands: length, size: 'max' });
};
