import { command, flag, one } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { styleFor } from '../../output/style.ts';
import { write, writeJson } from '../../output/terminal.ts';
import { aboutOf, clientArgument, expressionFrom, roleOption } from './about.ts';
import { answerOptions, answersFrom } from './answers/index.ts';
import { explanationText } from './explanation.ts';

export default command({
  examples: [
    'taskcluster scopes why project/build queue:create-task:low:proj/ci',
    "taskcluster scopes why me 'auth:create-client:project/*'",
    'taskcluster scopes why project/build queue:create-task:low:proj/ci --roles roles.json --clients clients.json',
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
    ...answerOptions,
  },
  run: async ({ options, args: { client, scope }, terminal }) => {
    const required = expressionFrom(scope);
    const about = aboutOf(client, options.role);
    const answer = await (await answersFrom(options, terminal)).explain(about, required);
    const asked = typeof required === 'string' ? required : 'what is asked for';
    const style = styleFor(terminal.stdout, terminal.env);
    if (options.json) await writeJson(terminal, answer);
    else await write(terminal.stdout, explanationText(answer, about, { asked, style }));
    return answer.satisfied ? exit.done : exit.no;
  },
});
