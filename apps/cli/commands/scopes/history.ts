import { auth, type EntityChangesResponse } from '@taskcluster/contracts';
import { command, flag, one } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { writeJson } from '../../output/terminal.ts';
import { clientOf, dataFolderOption } from '../../platform/connection.ts';
import { signIn } from '../../platform/sign-in.ts';

type Change = EntityChangesResponse['changes'][number];

export default command({
  examples: ['taskcluster scopes history role team:web', 'taskcluster scopes history client project/build --json'],
  description: 'Who changed a client or a role in the last 30 days, and what changed, the oldest first.',
  positionals: {
    kind: {
      ...one('KIND', '`client` or `role`.'),
      read: ([kind = '']: readonly string[]) => {
        if (kind !== 'client' && kind !== 'role') throw new Error(`client or role was expected, not ${JSON.stringify(kind)}`);
        return kind;
      },
    },
    name: one('NAME', 'The client id or the role id.'),
  },
  options: {
    json: flag({ description: 'Print a JSON array of {clientId, actionType, created, before, after}.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { kind, name }, terminal }) => {
    const platform = clientOf(terminal, auth, await signIn(terminal, options['data-dir']));
    const changes: Change[] = [];
    let token: string | undefined;
    do {
      const page = await platform.entityChanges({
        entityType: kind,
        entityId: name,
        ...(token !== undefined && { continuationToken: token }),
      });
      changes.push(...page.changes);
      token = page.continuationToken;
    } while (token !== undefined);
    if (options.json) await writeJson(terminal, changes);
    else await writeTable(terminal, columns, changes);
    if (changes.length === 0) terminal.stderr.write(`Nothing was done to ${kind} ${name} in the last 30 days.\n`);
    return exit.done;
  },
});

const columns: readonly Column<Change>[] = [
  { title: 'WHEN', text: ({ created }) => created.replace(/\.\d+Z$/, 'Z') },
  { title: 'WHO', text: ({ clientId }) => clientId },
  { title: 'ACTION', text: ({ actionType }) => actionType },
  { title: 'WHAT CHANGED', text: (change) => differences(change).join(', ') },
];

/** Scopes with a plus or a minus, everything else by its name and what it is now. */
const differences = ({ before = {}, after = {} }: Change): string[] => {
  const [had, has] = [scopesIn(before), scopesIn(after)];
  const names = Object.keys({ ...before, ...after }).filter((key) => key !== 'scopes');
  const others = names.filter((key) => key in after && key in before && JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return [
    ...has.filter((scope) => !had.includes(scope)).map((scope) => `+${scope}`),
    ...had.filter((scope) => !has.includes(scope)).map((scope) => `-${scope}`),
    ...others.map((key) => `${key}: ${shortened(JSON.stringify(after[key]))}`),
  ];
};

const scopesIn = ({ scopes }: Readonly<Record<string, unknown>>): readonly string[] => (Array.isArray(scopes) ? (scopes as string[]) : []);
const shortened = (text = '') => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
