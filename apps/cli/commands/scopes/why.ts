import { auth } from '@taskcluster/contracts';
import { command, flag, one } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { styleFor } from '../../output/style.ts';
import { write, writeJson } from '../../output/terminal.ts';
import { clientOf, dataFolderOption } from '../../platform/connection.ts';
import { signIn } from '../../platform/sign-in.ts';
import { aboutOf, clientArgument, expressionFrom, nameOf, roleOption } from './about.ts';
import { missingText, proofText, unusableText } from './explanation.ts';

export default command({
  examples: [
    'taskcluster scopes why project/build queue:create-task:low:proj/ci',
    "taskcluster scopes why me 'auth:create-client:project/*'",
  ],
  description:
    'Says why a client has a scope: the chain of roles that leads there. If it has not, what is missing, the smallest grant that would help,\n' +
    'and the roles that carry it already. Ends with status 1 if it has not.',
  positionals: {
    client: clientArgument,
    scope: one('SCOPE', 'The scope, or an expression as JSON: {"AnyOf": ["a", {"AllOf": ["b", "c"]}]}.'),
  },
  options: {
    ...roleOption,
    json: flag({ description: 'Print the answer as JSON: {satisfied, proofs, missing, grant}.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { client, scope }, terminal }) => {
    const required = expressionFrom(scope);
    const about = aboutOf(client, options.role);
    const platform = clientOf(terminal, auth, await signIn(terminal, options['data-dir']));
    const answer = await platform.explainScopes({}, { ...about, required });
    const code = answer.satisfied ? exit.done : exit.no;
    if (options.json) {
      await writeJson(terminal, answer);
      return code;
    }
    const style = styleFor(terminal.stdout, terminal.env);
    const asked = typeof required === 'string' ? required : 'what is asked for';
    const verdict = answer.satisfied
      ? `${style.green('✓')} ${nameOf(about)} ${about.clientId === undefined && !options.role ? 'have' : 'has'} ${asked}\n`
      : `${style.red('✕')} ${nameOf(about)} ${about.clientId === undefined && !options.role ? 'lack' : 'lacks'} ${asked}\n`;
    const why = answer.satisfied ? proofText(answer.proofs, about, style) : missingText(answer, about, style);
    await write(terminal.stdout, `${verdict}${unusableText(answer, style)}${why}`);
    return code;
  },
});
