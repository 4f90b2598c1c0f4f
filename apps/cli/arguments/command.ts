import type { Terminal } from '../output/terminal.ts';

/** One `--option` of a command. */
export interface Option<T> {
  readonly kind: 'flag' | 'value' | 'list';
  /** What stands for the value in the help: `N`, `FILE`. */
  readonly placeholder?: string;
  readonly short?: string;
  readonly description: string;
  /** Makes the value from the texts that were given, in order; from none, the default. Throws an Error that says what was expected. */
  readonly read: (given: readonly string[]) => T;
}
/** One argument that is told by its position. */
export interface Positional<T> {
  readonly label: string;
  readonly arity: 'one' | 'optional' | 'rest';
  readonly description: string;
  readonly read: (given: readonly string[]) => T;
}
// The value types of a table of options differ: `unknown` is what they have in common.
export type Options = Readonly<Record<string, Option<unknown>>>;
export type Positionals = Readonly<Record<string, Positional<unknown>>>;
type ValueOf<O> = O extends { readonly read: (given: readonly string[]) => infer T } ? T : never;

/** What a command is called with. */
export interface Call<O extends Options, P extends Positionals> {
  readonly options: { readonly [K in keyof O]: ValueOf<O[K]> };
  readonly args: { readonly [K in keyof P]: ValueOf<P[K]> };
  readonly terminal: Terminal;
}

/** A command is data that help, parsing and completion read, and a function that does the work. */
export interface Command<O extends Options = Options, P extends Positionals = Positionals> {
  /** The first one is shown before everything else in the help. */
  readonly examples: readonly string[];
  readonly description: string;
  readonly options: O;
  readonly positionals: P;
  /** Everything from the first positional on belongs to the task's command, options included. */
  readonly passThrough?: boolean;
  /** Answers the exit code. */
  readonly run: (call: Call<O, P>) => Promise<number>;
}

/** Declares a command; the types of its options and arguments follow from their declarations. */
export const command = <const O extends Options, const P extends Positionals>(definition: Command<O, P>): Command =>
  definition as unknown as Command;

type Described = { readonly description: string; readonly short?: string };
type Valued = Described & { readonly placeholder: string };

export const flag = (options: Described): Option<boolean> => ({ ...options, kind: 'flag', read: (given) => given.length > 0 });

const last = (given: readonly string[]): string | undefined => given[given.length - 1];

export const text = <D extends string | undefined = undefined>(
  options: Valued & { readonly default?: D },
): Option<D extends string ? string : string | undefined> => ({
  ...options,
  kind: 'value',
  read: (given) => (last(given) ?? options.default) as D extends string ? string : string | undefined,
});

/** An option that may be given several times. */
export const texts = (options: Valued): Option<readonly string[]> => ({ ...options, kind: 'list', read: (given) => given });

type Range = { readonly min: number; readonly max: number };
/** A whole number from `min` to `max`. */
export const whole = <D extends number | undefined = undefined>(
  options: Valued & Range & { readonly default?: D },
): Option<D extends number ? number : number | undefined> => ({
  ...options,
  kind: 'value',
  read: (given) => {
    const shown = last(given);
    const value = shown === undefined ? options.default : Number(shown);
    const good = shown === undefined || (/^\d{1,15}$/.test(shown) && value !== undefined && value >= options.min && value <= options.max);
    if (!good) throw new Error(`a whole number from ${options.min} to ${options.max} was expected, not ${JSON.stringify(shown)}`);
    return value as D extends number ? number : number | undefined;
  },
});

export const one = (label: string, description: string): Positional<string> => ({
  label,
  description,
  arity: 'one',
  read: ([value = '']) => value,
});
export const optional = (label: string, description: string): Positional<string | undefined> => ({
  label,
  description,
  arity: 'optional',
  read: ([value]) => value,
});
export const rest = (label: string, description: string): Positional<readonly string[]> => ({
  label,
  description,
  arity: 'rest',
  read: (given) => given,
});

const slug = /[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]/;
const alone = new RegExp(`^${slug.source}$`);
const inUrl = new RegExp(`/(${slug.source})(?=[/?#]|$)`, 'g');

/** The id of a task or group: 22 characters, or the address of a page about it, copied from the browser. */
export const id = (label: 'TASKID' | 'GROUPID', description: string): Positional<string> => ({
  label,
  description,
  arity: 'one',
  read: ([given = '']) => {
    if (alone.test(given)) return given;
    const found = /^https?:/.test(given) ? [...given.matchAll(inUrl)][0]?.[1] : undefined;
    if (!found) throw new Error(`an id of 22 characters such as fN1SbArXTPSVFNUvaOlinQ was expected, not ${JSON.stringify(given)}`);
    return found;
  },
});
