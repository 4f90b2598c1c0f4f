import type { Command } from '../../arguments/command.ts';
import { commands, isNoun } from '../index.ts';

export interface Word {
  readonly word: string;
  readonly summary: string;
}
/** What may be typed where: the key is what was typed before, e.g. `` (nothing), `task`, `task status`. */
export interface Words {
  readonly subcommands: Readonly<Record<string, readonly Word[]>>;
  readonly options: Readonly<Record<string, readonly (Word & { readonly takesValue: boolean })[]>>;
}

/** Collects the words of all commands. */
export const readWords = async (): Promise<Words> => {
  const subcommands: Record<string, Word[]> = { '': Object.entries(commands).map(([word, { summary }]) => ({ word, summary })) };
  const options: Record<string, Words['options'][string]> = {};
  for (const [word, entry] of Object.entries(commands)) {
    if (!isNoun(entry)) {
      options[word] = optionsOf((await entry.load()).default);
      continue;
    }
    subcommands[word] = Object.entries(entry.verbs).map(([verb, { summary }]) => ({ word: verb, summary }));
    for (const [verb, { load }] of Object.entries(entry.verbs)) options[`${word} ${verb}`] = optionsOf((await load()).default);
  }
  return { subcommands, options };
};

const optionsOf = ({ options }: Command) => [
  ...Object.entries(options).map(([name, { kind, description }]) => ({
    word: `--${name}`,
    summary: description,
    takesValue: kind !== 'flag',
  })),
  { word: '--help', summary: 'Show the help.', takesValue: false },
];

/** A text in single quotes for a shell that has no escapes inside of them. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
