import type { Words } from './words.ts';

// In fish a backslash escapes a quote inside single quotes.
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;

/** Completions for fish: one line for each word and option. */
export const fish = ({ subcommands, options }: Words): string => {
  const lines = Object.entries(subcommands).flatMap(([before, entries]) => {
    const siblings = entries.map(({ word }) => word).join(' ');
    const condition =
      before === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${before}; and not __fish_seen_subcommand_from ${siblings}`;
    return entries.map(({ word, summary }) => `complete -c taskcluster -f -n ${quoted(condition)} -a ${word} -d ${quoted(summary)}`);
  });
  const flags = Object.entries(options).flatMap(([before, entries]) => {
    const condition = before
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    return entries.map(
      ({ word, summary, takesValue }) =>
        `complete -c taskcluster -n ${quoted(condition)} -l ${word.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(summary)}`,
    );
  });
  return `# fish completion for taskcluster\n${[...lines, ...flags].join('\n')}\n`;
};
