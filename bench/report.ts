import { execFileSync } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Result } from './measure.ts';

const resultsFile = join(import.meta.dirname, 'RESULTS.md');

const whole = (value: number | undefined) => (value === undefined ? '' : Math.round(value).toLocaleString('en'));
const millis = (value: number | undefined) => (value === undefined ? '' : value.toFixed(value < 100 ? 1 : 0));
const cells = ({ name, text, perSecond, p50, p99, max, target }: Result): readonly string[] => [
  name,
  text ?? whole(perSecond),
  millis(p50),
  millis(p99),
  millis(max),
  target?.text ?? '',
  target ? (target.reached ? 'yes' : '**no**') : '',
];

/** One line about one result. */
export const lineOf = (result: Result): string => {
  const [name = '', rate, p50, p99, max, , reached] = cells(result);
  const parts = [rate && (result.text ? rate : `${rate}/s`), p50 && `p50 ${p50} ms`, p99 && `p99 ${p99} ms`, max && `max ${max} ms`];
  return `${name.padEnd(50)} ${parts.filter(Boolean).join(', ')}${reached && reached !== 'yes' ? `  (target ${result.target?.text ?? ''})` : ''}`;
};

/** A Markdown table whose columns line up, so that it can be read as text too. */
export const tableOf = (results: readonly Result[]): string => {
  const rows = [['measure', 'per second', 'p50 ms', 'p99 ms', 'max ms', 'target', 'reached'], ...results.map(cells)];
  const widths = rows[0]?.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const isText = (column: number) => column === 0 || column > 4;
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
};

/** Where and with what was measured. */
export const machine = async (dataDir: string): Promise<string> => {
  const postgres = await readFile(join(dataDir, 'postgres/server/pgdata/PG_VERSION'), 'utf8').catch(() => 'unknown');
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memory}, ${process.platform}, Node ${process.versions.node}, PostgreSQL ${postgres.trim()}`;
};

const commit = (): string => {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ', with changes');
  } catch {
    return 'no commit';
  }
};

/** Appends a section to RESULTS.md. */
export const record = (results: readonly Result[], where: string, command: string): Promise<void> => {
  const title = `## ${new Date().toISOString().slice(0, 10)}, ${commit()}`;
  return appendFile(resultsFile, `\n${title}\n\n${where}. \`${command}\`\n\n${tableOf(results)}\n`);
};
