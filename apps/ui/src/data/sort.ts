import { spanOf, stateOrder, type TaskRow } from './row.ts';

export const sortKeys = ['state', 'name', 'queue', 'created', 'took'] as const;
export type SortKey = (typeof sortKeys)[number];
/** A column, with `-` in front for the other direction. */
export type Sort = SortKey | `-${SortKey}`;

export const isSort = (text: unknown): text is Sort =>
  typeof text === 'string' && (sortKeys as readonly string[]).includes(text.replace(/^-/, ''));

/** The rows in order; equal ones by id, so that the order never depends on who came first. */
export const sorted = (rows: readonly TaskRow[], sort: Sort, now: number): readonly TaskRow[] => {
  const down = sort.startsWith('-') ? -1 : 1;
  const valueOf = values[sort.replace(/^-/, '') as SortKey];
  return rows
    .map((row) => ({ row, value: valueOf(row, now) }))
    .sort((a, b) => (a.value < b.value ? -down : a.value > b.value ? down : a.row.taskId < b.row.taskId ? -1 : 1))
    .map(({ row }) => row);
};

const values: Readonly<Record<SortKey, (row: TaskRow, now: number) => string | number>> = {
  state: (row) => stateOrder.indexOf(row.status.state),
  name: (row) => row.name.toLowerCase(),
  queue: (row) => row.status.taskQueueId,
  created: (row) => row.created,
  took: (row, now) => {
    const { started, resolved } = spanOf(row.status);
    return started === undefined ? -1 : (resolved ?? now) - started;
  },
};

/** What a click on a column's head makes of the order. */
export const nextSort = (sort: Sort, key: SortKey): Sort => (sort === key ? `-${key}` : key);
