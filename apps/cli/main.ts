import type { Command } from './arguments/command.ts';
import { columns, commandHelp } from './arguments/help.ts';
import { parse } from './arguments/parse.ts';
import { didYouMean } from './arguments/suggestion.ts';
import { commands, isNoun, type Noun, type Verb } from './commands/index.ts';
import { CommandError, exit, wrongUse } from './exit.ts';
import { styleFor } from './output/style.ts';
import { type Terminal, write } from './output/terminal.ts';

/** Runs the command of this process, and ends the process with its exit code when everything is written. */
export const runProcess = async (process: NodeJS.Process): Promise<void> => {
  const { stdin, stdout, stderr, env } = process;
  // The reader went away, as in `taskcluster log … | head`: nothing is left to be done.
  for (const stream of [stdout, stderr])
    stream.on('error', (err: NodeJS.ErrnoException) => process.exit(err.code === 'EPIPE' ? exit.done : exit.fault));
  const onInterrupt = (callback: () => void) => {
    process.on('SIGINT', callback);
    return () => void process.off('SIGINT', callback);
  };
  const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, folder: process.cwd(), onInterrupt });
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
  process.exit(code);
};

/** Runs one command line and answers its exit code. What goes wrong is told on stderr and never thrown. */
export const main = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    return await dispatch(words, terminal);
  } catch (err) {
    return await report(err, terminal);
  }
};

const isHelp = (word: string | undefined) => word === '--help' || word === '-h';

const dispatch = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  const [first, ...others] = words;
  if (first === 'help') return await dispatch([...others.filter((word) => !isHelp(word)), '--help'], terminal);
  if (first === undefined || isHelp(first)) return await show(terminal, overview(terminal));
  if (first === '--version' || first === '-v') return await dispatch(['version'], terminal);
  const entry = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (!entry)
    throw wrongUse(
      `There is no command ${JSON.stringify(first)}. ${didYouMean(first, Object.keys(commands), 'See them all with "taskcluster --help".')}`,
    );
  if (!isNoun(entry)) return await runVerb(first, { verb: entry, words: others, terminal });

  const [second, ...rest] = others;
  if (second === undefined || isHelp(second)) return await show(terminal, nounHelp(entry, terminal));
  const verb = Object.hasOwn(entry.verbs, second) ? entry.verbs[second] : undefined;
  if (!verb)
    throw wrongUse(
      `There is no command "${first} ${second}". ${didYouMean(second, Object.keys(entry.verbs), `See them all with "taskcluster ${first} --help".`)}`,
    );
  return await runVerb(`${first} ${second}`, { verb, words: rest, terminal });
};

interface Invocation {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly terminal: Terminal;
}
const runVerb = async (name: string, { verb, words, terminal }: Invocation): Promise<number> => {
  const command: Command = (await verb.load()).default;
  const call = parse(command, words);
  if (call === 'help') return await show(terminal, commandHelp(name, command, styleFor(terminal.stdout, terminal.env)));
  return await command.run({ ...call, terminal });
};

const show = async ({ stdout }: Terminal, text: string): Promise<number> => {
  await write(stdout, text);
  return exit.done;
};

const overview = ({ stdout, env }: Terminal): string => {
  const style = styleFor(stdout, env);
  const lines = Object.entries(commands).map(([word, { summary }]) => ({ word, summary }));
  return [
    `  ${style.dim('$')} taskcluster up\n  ${style.dim('$')} taskcluster run -- bash -c 'echo Hello from task $TASK_ID'\n`,
    '\nRuns tasks and shows what becomes of them.\n',
    `\n${style.bold('Commands:')}\n${columns(lines, style)}`,
    '\nAdd --help to any of them. Which platform is meant: TASKCLUSTER_ROOT_URL and the credentials beside it in the environment,\n',
    'else the local platform whose .taskcluster folder is nearest.\n',
    '\nExit codes: 0 done, 1 the task failed or the answer is no, 2 wrong use, 3 refused or not signed in, 4 the platform cannot be reached.\n',
  ].join('');
};

const nounHelp = ({ summary, example, verbs }: Noun, { stdout, env }: Terminal): string => {
  const style = styleFor(stdout, env);
  const lines = Object.entries(verbs).map(([word, { summary }]) => ({ word, summary }));
  return `  ${style.dim('$')} taskcluster ${example}\n\n${summary}\n\n${style.bold('Commands:')}\n${columns(lines, style)}`;
};

const report = async (err: unknown, { stderr, env }: Terminal): Promise<number> => {
  const { failureOf } = await import('./platform/failure.ts');
  const failure = failureOf(err);
  const style = styleFor(stderr, env);
  if (failure instanceof CommandError) {
    await write(stderr, `${failure.exitCode === exit.interrupted ? '' : `${style.red('taskcluster:')} `}${failure.message}\n`);
    return failure.exitCode;
  }
  await write(
    stderr,
    `${style.red('taskcluster:')} a fault of this program. Please report what follows.\n${err instanceof Error ? err.stack : String(err)}\n`,
  );
  return exit.fault;
};
