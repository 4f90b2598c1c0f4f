import { parseArgs } from 'node:util';
import { wrongUse } from '../exit.ts';
import type { Call, Command, Options, Positional } from './command.ts';
import { didYouMean } from './suggestion.ts';

type Values = Omit<Call<Options, Command['positionals']>, 'terminal'>;
interface Found {
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/**
 * Reads the words behind a command's name. Answers `'help'` if help was asked for.
 * @throws CommandError with exit code 2: unknown or incomplete options, missing or superfluous arguments.
 */
export const parse = (command: Command, words: readonly string[]): Values | 'help' => {
  const { own, passed } = command.passThrough ? split(command.options, words) : { own: words, passed: [] };
  const found = find(command.options, own);
  if (found === 'help') return 'help';
  const options = Object.entries(command.options).map(([name, option]) => [
    name,
    reading(`--${name}`, () => option.read(found.given.get(name) ?? [])),
  ]);
  return { options: Object.fromEntries(options), args: place(command.positionals, [...found.positionals, ...passed]) } as Values;
};

const tokensOf = (options: Options, words: readonly string[]) => {
  const config = Object.entries(options).map(([name, { kind, short }]) => [
    name,
    { type: kind === 'flag' ? 'boolean' : 'string', multiple: true, ...(short && { short }) },
  ]);
  const help = { type: 'boolean', short: 'h', multiple: true } as const;
  // Not strict: the messages of parseArgs neither suggest nor say what to do.
  return parseArgs({
    args: [...words],
    options: { ...Object.fromEntries(config), help },
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
};

const namesOf = (options: Options) => [...Object.keys(options), 'help'].map((name) => `--${name}`);

const split = (options: Options, words: readonly string[]) => {
  const first = tokensOf(options, words).find((token) => token.kind !== 'option');
  if (!first) return { own: words, passed: [] };
  return { own: words.slice(0, first.index), passed: words.slice(first.kind === 'option-terminator' ? first.index + 1 : first.index) };
};

const find = (options: Options, words: readonly string[]): Found | 'help' => {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(options, words)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') return 'help';
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option)
      throw wrongUse(
        `There is no option ${token.rawName}. ${didYouMean(token.rawName, namesOf(options), 'Add --help to see those that there are.')}`,
      );
    if (option.kind === 'flag' && token.value !== undefined)
      throw wrongUse(`${token.rawName} takes no value. Leave out "=${token.value}".`);
    const missing = option.kind !== 'flag' && (token.value === undefined || (!token.inlineValue && /^-./.test(token.value)));
    if (missing) throw wrongUse(`${token.rawName} needs a value. Write ${token.rawName} ${option.placeholder}.`);
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? '']);
  }
  return { given, positionals };
};

const place = (positionals: Readonly<Record<string, Positional<unknown>>>, words: readonly string[]): Record<string, unknown> => {
  const args: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { arity, label, description, read }] of Object.entries(positionals)) {
    const taken = arity === 'rest' ? words.slice(at) : words.slice(at, at + 1);
    if (arity === 'one' && taken.length === 0) throw wrongUse(`${label} is missing: ${lowerFirst(description)} Add --help for an example.`);
    at += taken.length;
    args[name] = reading(label, () => read(taken));
  }
  const extra = words[at];
  if (extra !== undefined) throw wrongUse(`${JSON.stringify(extra)} is one argument too many. Add --help for an example.`);
  return args;
};

const lowerFirst = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

const reading = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (err) {
    throw wrongUse(`${what}: ${err instanceof Error ? err.message : String(err)}.`);
  }
};
