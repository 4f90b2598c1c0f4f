import type { Client } from '@taskcluster/client';
import { auth, type RoleImpactRequest, type RoleImpactResponse } from '@taskcluster/contracts';
import { command, flag, one, texts } from '../../arguments/command.ts';
import { exit, wrongUse } from '../../exit.ts';
import { progressOn } from '../../output/progress.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { type Terminal, write, writeJson } from '../../output/terminal.ts';
import { clientOf, dataFolderOption } from '../../platform/connection.ts';
import { signIn } from '../../platform/sign-in.ts';

export default command({
  examples: ["taskcluster scopes impact team:web --add 'queue:route:index.web.*'", 'taskcluster scopes impact team:web --delete'],
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
    ...dataFolderOption,
  },
  run: async ({ options, args: { role }, terminal }) => {
    const ways = [options.scopes.length > 0, options.add.length + options.remove.length > 0, options.delete].filter(Boolean).length;
    if (ways !== 1) throw wrongUse('Say what would become of the role: --scopes, or --add and --remove, or --delete.');
    const platform = clientOf(terminal, auth, await signIn(terminal, options['data-dir']));
    const question = options.delete
      ? { roleId: role, delete: true }
      : { roleId: role, scopes: options.scopes.length > 0 ? options.scopes : await changed(platform, role, options) };
    const answer = await wholeAnswer(platform, question, terminal);
    if (options.json) await writeJson(terminal, answer);
    else await show(terminal, role, answer);
    return answer.valid ? exit.done : exit.no;
  },
});

/** The scopes that the role has, changed as asked. A role that is not there has none. */
const changed = async (
  platform: Client<typeof auth>,
  roleId: string,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
) => {
  const { scopes } = await platform.role({ roleId }).catch((err: { status?: number }) => {
    if (err.status === 404) return { scopes: [] as readonly string[] };
    throw err;
  });
  const absent = remove.find((scope) => !scopes.includes(scope));
  if (absent !== undefined)
    throw wrongUse(
      `Role ${roleId} does not have the scope ${absent} itself, so it cannot lose it. It has: ${scopes.join(', ') || 'none'}.`,
    );
  return [...new Set([...scopes.filter((scope) => !remove.includes(scope)), ...add])];
};

const wholeAnswer = async (platform: Client<typeof auth>, question: RoleImpactRequest, terminal: Terminal): Promise<RoleImpactResponse> => {
  const progress = progressOn(terminal);
  const { continuationToken, ...first } = await platform.roleImpact({}, question);
  const changes = [...first.changes];
  try {
    for (let token = continuationToken; token !== undefined;) {
      progress.show(() => `Looking at roles and clients; ${changes.length} are concerned so far …`);
      const page = await platform.roleImpact({ continuationToken: token }, question);
      for (const change of page.changes) changes.push(change);
      token = page.continuationToken;
    }
  } finally {
    progress.end();
  }
  return { ...first, changes };
};

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly sign: '+' | '-';
  readonly scope: string;
}
type Difference = Pick<RoleImpactResponse['changes'][number], 'gained' | 'lost' | 'gainedCount' | 'lostCount'>;

const rowsOf = (kind: string, id: string, { gained, lost, gainedCount, lostCount }: Difference): Row[] => {
  const rows = (sign: Row['sign'], scopes: readonly string[], count: number) => [
    ...scopes.map((scope) => ({ kind, id, sign, scope })),
    ...(count > scopes.length ? [{ kind, id, sign, scope: `… and ${count - scopes.length} more` }] : []),
  ];
  return [...rows('+', gained, gainedCount), ...rows('-', lost, lostCount)];
};

const columns: readonly Column<Row>[] = [
  { title: 'KIND', text: ({ kind }) => kind },
  { title: 'WHO', text: ({ id }) => id },
  { title: ' ', text: ({ sign }) => sign, paint: (text, { sign }, style) => (sign === '+' ? style.green(text) : style.red(text)) },
  { title: 'SCOPE', text: ({ scope }) => scope },
];

const show = async (terminal: Terminal, role: string, { valid, problem, everybody, changes }: RoleImpactResponse): Promise<void> => {
  const style = styleFor(terminal.stdout, terminal.env);
  if (!valid) {
    await write(terminal.stdout, `${style.red('✕')} The change of ${role} would be refused. ${problem?.message ?? ''}\n`);
    return;
  }
  const rows = [
    ...(everybody ? rowsOf('everybody', 'assume:anonymous', everybody) : []),
    ...changes.flatMap(({ kind, id, ...difference }) => rowsOf(kind, id, difference)),
  ];
  await writeTable(terminal, columns, rows);
  const count = (kind: 'role' | 'client') => changes.filter((change) => change.kind === kind).length;
  const who = everybody ? 'Everybody, signed in or not; besides, ' : '';
  terminal.stderr.write(`${who}${counted(count('role'), 'role')} and ${counted(count('client'), 'client')} would gain or lose scopes.\n`);
};

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
