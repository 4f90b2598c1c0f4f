import { command, one } from '../arguments/command.ts';
import { didYouMean } from '../arguments/suggestion.ts';
import { exit, wrongUse } from '../exit.ts';
import { write } from '../output/terminal.ts';
import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { readWords, type Words } from './completion/words.ts';
import { zsh } from './completion/zsh.ts';

const shells: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };

export default command({
  examples: [
    'source <(taskcluster completion bash)',
    'taskcluster completion zsh > ~/.zfunc/_taskcluster',
    'taskcluster completion fish > ~/.config/fish/completions/taskcluster.fish',
  ],
  description: 'Prints a script that completes the words and options of this program with the Tab key.',
  positionals: { shell: one('SHELL', 'One of bash, zsh, fish.') },
  options: {},
  run: async ({ args: { shell }, terminal }) => {
    const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (!script)
      throw wrongUse(
        `There is no completion for ${JSON.stringify(shell)}. ${didYouMean(shell, Object.keys(shells), 'There is one for bash, zsh and fish.')}`,
      );
    await write(terminal.stdout, script(await readWords()));
    return exit.done;
  },
});
