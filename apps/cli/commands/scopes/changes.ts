import type { RoleImpactResponse } from '@taskcluster/contracts';
import { type Column, writeTable } from '../../output/table.ts';
import type { Terminal } from '../../output/terminal.ts';

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

/** Who would gain and lose what: a row for each scope on stdout, and how many are concerned on stderr. */
export const writeChanges = async (
  terminal: Terminal,
  { everybody, changes }: Pick<RoleImpactResponse, 'everybody' | 'changes'>,
  knowsClients: boolean,
): Promise<void> => {
  const rows = [
    ...(everybody ? rowsOf('everybody', 'assume:anonymous', everybody) : []),
    ...changes.flatMap(({ kind, id, ...difference }) => rowsOf(kind, id, difference)),
  ];
  await writeTable(terminal, columns, rows);
  const count = (kind: 'role' | 'client') => changes.filter((change) => change.kind === kind).length;
  const who = everybody ? 'Everybody, signed in or not; besides, ' : '';
  const clients = knowsClients ? ` and ${counted(count('client'), 'client')}` : '';
  const note = knowsClients ? '' : ' Give --clients FILE to see which clients.';
  terminal.stderr.write(`${who}${counted(count('role'), 'role')}${clients} would gain or lose scopes.${note}\n`);
};

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
