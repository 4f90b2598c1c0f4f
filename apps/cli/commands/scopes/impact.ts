import type { RoleImpactResponse } from '@taskcluster/contracts';
import { command, flag, one, texts } from '../../arguments/command.ts';
import { exit, wrongUse } from '../../exit.ts';
import { progressOn } from '../../output/progress.ts';
import { styleFor } from '../../output/style.ts';
import { type Terminal, write, writeJson } from '../../output/terminal.ts';
import { type Answers, answerOptions, answersFrom } from './answers/index.ts';
import { writeChanges } from './changes.ts';

export default command({
  examples: [
    "taskcluster scopes impact team:web --add 'queue:route:index.web.*'",
    'taskcluster scopes impact team:web --delete',
    'taskcluster scopes impact team:web --delete --roles roles.json --clients clients.json',
  ],
  description:
    'Says what would follow if a role were changed or deleted: whether the change would be accepted, and which roles and clients would gain\n' +
    'and lose what. Nothing is changed. Ends with status 1 if the change would be refused.',
  positionals: { role: one('ROLE', 'The name of the role, which need not be there yet.') },
  options: {
    scopes: texts({ placeholder: 'SCOPE', description: 'A scope that the role would have, and no others than those given.' }),
    add: texts({ placeholder: 'SCOPE', description: 'A scope that it would have besides those that it has.' }),
    remove: texts({ placeholder: 'SCOPE', description: 'A scope that it would lose.' }),
    delete: flag({ description: 'The role would be deleted.' }),
    json: flag({ description: 'Print the answer as JSON: {valid, exists, problem, everybody, changes}.' }),
    ...answerOptions,
  },
  run: async ({ options, args: { role }, terminal }) => {
    const ways = [options.scopes.length > 0, options.add.length + options.remove.length > 0, options.delete].filter(Boolean).length;
    if (ways !== 1) throw wrongUse('Say what would become of the role: --scopes, or --add and --remove, or --delete.');
    const answers = await answersFrom(options, terminal);
    const question = options.delete
      ? { roleId: role, delete: true }
      : { roleId: role, scopes: options.scopes.length > 0 ? options.scopes : await changed(answers, role, options) };
    const progress = progressOn(terminal);
    const concerned = (count: number) => progress.show(() => `Looking at roles and clients; ${count} are concerned so far …`);
    const answer = await answers.impact(question, concerned).finally(progress.end);
    if (options.json) await writeJson(terminal, answer);
    else await show(terminal, { role, answer, knowsClients: answers.knowsClients });
    return answer.valid ? exit.done : exit.no;
  },
});

type Wanted = { readonly add: readonly string[]; readonly remove: readonly string[] };

/** The scopes that the role has, changed as asked. A role that is not there has none. */
const changed = async (answers: Answers, roleId: string, { add, remove }: Wanted) => {
  const scopes = (await answers.roleScopes(roleId)) ?? [];
  const absent = remove.find((scope) => !scopes.includes(scope));
  if (absent !== undefined)
    throw wrongUse(
      `Role ${roleId} does not have the scope ${absent} itself, so it cannot lose it. Choose among what it has: ${scopes.join(', ') || 'nothing'}.`,
    );
  return [...new Set([...scopes.filter((scope) => !remove.includes(scope)), ...add])];
};

interface Shown {
  readonly role: string;
  readonly answer: RoleImpactResponse;
  readonly knowsClients: boolean;
}

const show = async (terminal: Terminal, { role, answer, knowsClients }: Shown): Promise<void> => {
  if (answer.valid) return await writeChanges(terminal, answer, knowsClients);
  const style = styleFor(terminal.stdout, terminal.env);
  await write(terminal.stdout, `${style.red('✕')} The change of ${role} would be refused. ${answer.problem?.message ?? ''}\n`);
};
