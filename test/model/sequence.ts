import fc from 'fast-check';
import type { Engine } from './engine.ts';
import { actionOf, type Intent, intents } from './intent.ts';
import { apply, loops, type Model } from './model.ts';
import { answersAgree, Divergence, explain, explainRace, type Observation, observe } from './observation.ts';
import type { Action, Answer } from './vocabulary.ts';

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
const keyOf = (model: Model): string =>
  JSON.stringify(model, (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value));

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
const pauses = [minuteMs, 9 * minuteMs, 20 * minuteMs, 20 * minuteMs, 60 * minuteMs, 600 * minuteMs];

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
    await look(beliefs, real, 'restart');
  },
  toString: () => 'restart',
};

interface Raced {
  readonly action: Action;
  readonly answer: Answer;
}
/** One thing that a raced request does in one piece. */
interface Move {
  readonly name: string;
  readonly make: (model: Model) => void;
}
const movesOf = ({ action, answer }: Raced, i: number): readonly Move[] =>
  action.do === 'loops'
    ? loops.map((make, part) => ({ name: `${i}.${part}`, make }))
    : [{ name: `${i}`, make: (model) => answersAgree(action, answer, apply(model, action, answer, true)) }];

/** Every way to take the first of one list after the other until all are empty; `take` says what a choice leads to, or refuses by throwing. */
const interleavings = <T, S>(lists: readonly (readonly T[])[], state: S, take: (state: S, chosen: T) => S | undefined): S[] => {
  if (lists.every((list) => list.length === 0)) return [state];
  return lists.flatMap(([first, ...rest], i) => {
    if (first === undefined) return [];
    const next = take(state, first);
    return next === undefined ? [] : interleavings(lists.with(i, rest), next, take);
  });
};

interface Told {
  readonly model: Model;
  readonly names: readonly string[];
}
/** The models that some order of these requests leads to, and that explain every answer and what was seen afterwards. */
const orders = (model: Model, raced: readonly Raced[], seen: Observation): Model[] => {
  const misses: string[] = [];
  const attempt = (told: Told, make: (model: Model) => void): Told | undefined => {
    const model = structuredClone(told.model);
    try {
      make(model);
      return { ...told, model };
    } catch (err) {
      if (!(err instanceof Divergence)) throw err;
      misses.push(`the order ${told.names.join(' ')}: ${err.message}`);
      return undefined;
    }
  };
  const ends = interleavings<Move, Told>(raced.map(movesOf), { model, names: [] }, (told, { name, make }) =>
    attempt({ ...told, names: [...told.names, name] }, make),
  );
  const fitting = ends.flatMap((told) => {
    const fits = attempt(told, (tried) => {
      apply(tried, { do: 'loops' });
      explainRace(tried, seen);
    });
    return fits ? [fits.model] : [];
  });
  if (fitting.length === 0) throw new Divergence(misses.join('\n\n'));
  return fitting;
};

/**
 * Several requests at the same time. What came out must be what some order of them gives: every answer, every status, and each task's
 * messages in their order.
 */
const race = (chosen: readonly Intent[]): Step => ({
  check: () => true,
  run: async (beliefs, real) => {
    const wanted = chosen.map((intent) => chosenAction(intent, beliefs, real.sequence)).filter((x) => x !== undefined);
    // A change of a whole group is many changes of tasks; two at once may come to each task in another order, and no promise says otherwise.
    const actions = wanted.filter((x, i) => x.do !== 'groupPriority' || wanted.findIndex((other) => other.do === x.do) === i);
    await tick(beliefs, real, 2);
    real.count('race');
    for (const action of actions) real.count(`${action.do} in a race`);
    const answers = await Promise.all(actions.map((action) => real.engine.perform(action)));
    const raced = actions.map((action, i): Raced => ({ action, answer: answers[i] ?? { code: 'nothing' } }));
    // What was noted about groups is looked at now, or nobody could say whether it was before.
    await real.engine.perform({ do: 'loops' });
    const created = structuredClone(beliefs.models);
    for (const model of created) for (const { action, answer } of raced) if (action.do === 'create') apply(model, action, answer);
    const seen = await observe(real.engine, created);
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
        [time, 2],
      ])
    : mix([
        [one, 40],
        [time, 5],
        [fc.constant(restart), 1],
      ]);
  return fc.commands([steps], { maxCommands: length, size: 'max' });
};
