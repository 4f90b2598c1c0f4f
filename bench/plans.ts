import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, script } from '@taskcluster/db';

const settings: Readonly<Record<string, string>> = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_parameter_max_length': '0',
  'auto_explain.sample_rate': '0.2',
  logging_collector: 'on',
};

/** From the next start of this PostgreSQL on, it writes down how it carries out statements. */
export const recordPlans = async (db: Database): Promise<void> => {
  // Known only once the library is loaded.
  await db.run(script("load 'auto_explain'"));
  for (const [name, value] of Object.entries(settings)) await db.run(script(`alter system set ${name} = '${value}'`));
};

export const stopRecordingPlans = async (db: Database): Promise<void> => {
  for (const name of Object.keys(settings)) await db.run(script(`alter system reset ${name}`));
  await db.run(script('select pg_reload_conf()'));
};

interface Entry {
  readonly ms: number;
  readonly statement: string;
  readonly plan: string;
}
const entryOf = (text: string): Entry | undefined => {
  const [, ms, rest = ''] = /duration: ([\d.]+) ms {2}plan:\n([^]*)/.exec(text) ?? [];
  if (ms === undefined) return undefined;
  const lines = rest.split('\n').map((line) => line.replace(/^\t/, ''));
  const begins = lines.findIndex((line) => /^\S.*\(cost=/.test(line));
  if (begins < 0) return undefined;
  const statement = lines.slice(0, begins).join(' ').replace('Query Text:', '').replaceAll(/\s+/g, ' ').trim();
  return { ms: Number(ms), statement, plan: lines.slice(begins).join('\n').trimEnd() };
};

/** For each statement about `queue` tables that was written down: how often, the median time, and the plan that took the median time. */
export const planned = async (dataDir: string): Promise<string> => {
  const folder = join(dataDir, 'postgres/server/pgdata/log');
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  const entries = texts.flatMap((text) => text.split(/\n(?=\S)/)).map(entryOf);
  const byStatement = Map.groupBy(
    entries.filter((e) => e !== undefined).filter((e) => e.statement.includes('queue.')),
    (e) => e.statement,
  );
  return [...byStatement]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([statement, all]) => {
      const median = all.toSorted((a, b) => a.ms - b.ms)[Math.floor(all.length / 2)];
      return `── ${all.length} times, median ${median?.ms} ms: ${statement.slice(0, 300)}\n${median?.plan}`;
    })
    .join('\n\n');
};
