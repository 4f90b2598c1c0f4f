import { type Style, styleFor } from './style.ts';
import { type Terminal, write } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  /** The text without colours, for people at a terminal or for programs behind a pipe. */
  readonly text: (row: Row, forPeople: boolean) => string;
  /** Adds colours to the text and nothing else. */
  readonly paint?: (text: string, row: Row, style: Style) => string;
}

/** On a terminal a table with a heading; to a pipe one line per row with tabs between its fields, and no heading. */
export const writeTable = async <Row>(terminal: Terminal, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void> => {
  const { stdout, env } = terminal;
  const text = stdout.isTTY ? table(columns, rows, styleFor(stdout, env)) : lines(columns, rows);
  if (text) await write(stdout, text);
};

// A tab or a line break in a task's name would otherwise break the line apart for `cut` and `read`.
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

const lines = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) =>
  rows.map((row) => `${columns.map((column) => oneLine(column.text(row, false))).join('\t')}\n`).join('');

const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): string => {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row, true))));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const padding = (text: string, i: number) => (i === columns.length - 1 ? '' : ' '.repeat((widths[i] ?? 0) - text.length));
  const heading = columns.map(({ title }, i) => style.dim(title) + padding(title, i)).join('  ');
  const body = rows.map((row, r) =>
    columns.map(({ paint }, i) => {
      const text = cells[r]?.[i] ?? '';
      return (paint ? paint(text, row, style) : text) + padding(text, i);
    }),
  );
  return [heading, ...body.map((row) => row.join('  '))].map((line) => `${line.trimEnd()}\n`).join('');
};
