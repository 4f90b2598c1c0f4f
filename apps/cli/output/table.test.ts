import { expect, test } from 'vitest';
import { terminalFor } from '../fixtures.ts';
import { paintState, stateLabel } from './state.ts';
import { type Column, writeTable } from './table.ts';

interface Row {
  readonly name: string;
  readonly state: string;
}
const columns: readonly Column<Row>[] = [
  {
    title: 'STATE',
    text: ({ state }, forPeople) => (forPeople ? stateLabel(state) : state),
    paint: (text, { state }, style) => paintState(text, state, style),
  },
  { title: 'NAME', text: ({ name }) => name },
];
const rows: readonly Row[] = [
  { name: 'build', state: 'completed' },
  { name: 'two\twords\nand a line', state: 'failed' },
];

test('a pipe gets one line per row, with tabs between the fields and no heading', async () => {
  const { terminal, ended } = terminalFor();
  await writeTable(terminal, columns, rows);
  expect((await ended()).out).toBe('completed\tbuild\nfailed\ttwo words and a line\n');
});

test('a terminal gets columns under a heading', async () => {
  const { terminal, ended } = terminalFor({ isTTY: true, env: { NO_COLOR: '1' } });
  await writeTable(terminal, columns, rows);
  expect((await ended()).out).toBe('STATE        NAME\n● completed  build\n✕ failed     two words and a line\n');
});

test('colours do not move the columns', async () => {
  const { terminal, ended } = terminalFor({ isTTY: true });
  await writeTable(terminal, columns, rows);
  // oxlint-disable-next-line no-control-regex
  expect((await ended()).out.replace(/\u001B\[\d+m/g, '').split('\n')[1]).toBe('● completed  build');
});
