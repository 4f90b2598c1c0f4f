import { isValidScope } from '@taskcluster/scopes';
import { command, flag, rest } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { write, writeJson } from '../../output/terminal.ts';
import { answersFrom, roleAnswerOptions } from './answers/index.ts';

export default command({
  examples: ['taskcluster scopes expand assume:project:web', 'taskcluster scopes expand assume:project:web --roles roles.json'],
  description: 'All that some scopes come to: they themselves and what the roles give that they assume. One scope per line, in order.',
  positionals: {
    scopes: {
      ...rest('SCOPE', 'A scope, e.g. assume:project:web.'),
      read: (given: readonly string[]) => {
        if (given.length === 0) throw new Error('at least one scope was expected');
        const wrong = given.find((scope) => !isValidScope(scope));
        if (wrong !== undefined) throw new Error(`printable ASCII was expected, not ${JSON.stringify(wrong)}`);
        return given;
      },
    },
  },
  options: { ...roleAnswerOptions, json: flag({ description: 'Print {scopes} in JSON.' }) },
  run: async ({ options, args: { scopes: given }, terminal }) => {
    const scopes = await (await answersFrom(options, terminal)).expand(given);
    if (options.json) await writeJson(terminal, { scopes });
    else await write(terminal.stdout, scopes.map((scope) => `${scope}\n`).join(''));
    return exit.done;
  },
});
