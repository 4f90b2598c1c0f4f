import type { Style } from '../output/style.ts';
import type { Command, Options, Positional } from './command.ts';

interface Line {
  readonly word: string;
  readonly summary: string;
}

/** Words and what they mean, in two columns. */
export const columns = (lines: readonly Line[], style: Style): string => {
  const width = Math.max(0, ...lines.map(({ word }) => word.length));
  return lines.map(({ word, summary }) => `  ${style.bold(word.padEnd(width))}  ${summary}\n`).join('');
};

const labelOf = ({ arity, label }: Positional<unknown>) => ({ one: label, optional: `[${label}]`, rest: `[${label}…]` })[arity];

/** The help of one command: an example, what it does, how to write it, its arguments and options. */
export const commandHelp = (name: string, command: Command, style: Style): string => {
  const positionals = Object.values(command.positionals);
  const usage = ['taskcluster', name, '[options]', ...(command.passThrough ? ['--'] : []), ...positionals.map(labelOf)].join(' ');
  const examples = command.examples.map((example) => `  ${style.dim('$')} ${example}\n`).join('');
  const args = positionals.map((p) => ({ word: p.label, summary: p.description }));
  return [
    `${examples}\n${command.description}\n\n${style.bold('Usage:')} ${usage}\n`,
    ...(args.length > 0 ? [`\n${style.bold('Arguments:')}\n${columns(args, style)}`] : []),
    `\n${style.bold('Options:')}\n${columns([...optionLines(command.options), { word: '    --help', summary: 'Show this help.' }], style)}`,
  ].join('');
};

const optionLines = (options: Options): Line[] =>
  Object.entries(options).map(([name, { short, kind, placeholder, description }]) => ({
    word: `${short ? `-${short}, ` : '    '}--${name}${kind === 'flag' ? '' : ` ${placeholder}`}`,
    summary: kind === 'list' ? `${description} May be repeated.` : description,
  }));
