import { apply, isIdle, type Model, type Piece, piecesOf } from './model.ts';
import { answersAgree, byTask, Divergence, explainRace, type Observation } from './observation.ts';
import type { Action, Answer } from './vocabulary.ts';

/** A request of a race and what it was answered. */
export interface Raced {
  readonly action: Action;
  readonly answer: Answer;
}
/** One thing that a raced request does in one piece. */
interface Move {
  readonly name: string;
  readonly make: (model: Model) => void;
  /** A step of the background: left out by whoever finds that another one is just about it. */
  readonly step?: Piece;
}
interface Told {
  readonly model: Model;
  readonly names: readonly string[];
}

const listOf = (value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value);
/** A text that two models share if nothing tells them apart. */
export const keyOf = ({ tasks, messages, ...model }: Model): string =>
  JSON.stringify([[...tasks].toSorted(([a], [b]) => (a < b ? -1 : 1)), byTask(messages), model], (_, value: unknown) => listOf(value));

const about = new Set<Action['do']>(['quarantine', 'workers']);
/** Whether requests of workers must be taken to pieces: only these can tell what is written of a worker before its claim, and what after it. */
const tellsWorkers = (raced: readonly Raced[]) => raced.some(({ action }) => about.has(action.do));

const movesOf = (model: Model, raced: readonly Raced[]): readonly (readonly Move[])[] => {
  const arriving = raced.some(({ action }) => action.do === 'gone');
  return raced.map(({ action, answer }, i) => {
    const background = action.do === 'loops' || action.do === 'deliver';
    const inPieces = answer.code === 'ok' && (background || tellsWorkers(raced));
    const whole: Piece = (changed) => apply(changed, action, answer, true);
    const pieces = inPieces ? piecesOf(action).filter((piece) => !isIdle(piece, model, arriving)) : [whole];
    return pieces.map((piece, part) => ({
      name: pieces.length === 1 ? `${i}` : `${i}.${part}`,
      make: (changed) => {
        const expected = piece(changed, answer, true);
        if (expected) answersAgree(action, answer, expected);
      },
      ...(background && inPieces ? { step: piece } : {}),
    }));
  });
};

/** Makes a move on a copy of the model; undefined when the model does not allow it. */
const tried = ({ model: before, names }: Told, { name, make }: Move, misses: string[]): Told | undefined => {
  const model = structuredClone(before);
  try {
    make(model);
    return { model, names: [...names, name] };
  } catch (err) {
    if (!(err instanceof Divergence)) throw err;
    misses.push(`the order ${names.join(' ')}: ${err.message}`);
    return undefined;
  }
};

/** The models that some order of these requests leads to, and that explain every answer and what was seen afterwards. */
export const orders = (model: Model, raced: readonly Raced[], seen: Observation): Model[] => {
  const misses: string[] = [];
  const lists = movesOf(model, raced);
  // By what was done of each request, and what it came to: most orders come to the same, and are followed together.
  let reached = new Map<string, { readonly done: readonly number[]; readonly told: Told }>();
  reached.set('', { done: lists.map(() => 0), told: { model, names: [] } });
  for (let left = lists.reduce((n, list) => n + list.length, 0); left > 0; left--) {
    const next: typeof reached = new Map();
    for (const { done, told } of reached.values())
      for (const [i, list] of lists.entries()) {
        const move = list[done[i] ?? 0];
        if (!move) continue;
        const then = done.with(i, (done[i] ?? 0) + 1);
        // What one holds, another passes over, and is at its next step before the first has finished.
        const held = move.step && lists.some((other, j) => j !== i && other.slice(done[j]).some((m) => m.step === move.step));
        for (const after of [tried(told, move, misses), held ? told : undefined])
          if (after) next.set(`${then.join()} ${keyOf(after.model)}`, { done: then, told: after });
      }
    reached = next;
  }
  const seeing: Move = {
    name: '',
    make: (end) => {
      apply(end, { do: 'loops' });
      explainRace(end, seen);
    },
  };
  const fitting = [...reached.values()].flatMap(({ told }) => tried(told, seeing, misses)?.model ?? []);
  if (fitting.length === 0) throw new Divergence(misses.join('\n\n'));
  return fitting;
};
