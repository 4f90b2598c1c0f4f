import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import type { Database, Tx } from './database.ts';
import { script, sql } from './sql.ts';

/** The migrations of one owner (a service, or the platform itself), in order. */
export interface Migrations {
  readonly owner: string;
  readonly steps: readonly Migration[];
}
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

const fileName = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** Reads `NNNN-name.sql` files of a folder. A file that is named otherwise, or a gap in the numbers, is an error. */
export const migrationsIn = (owner: string, folder: string): Migrations => {
  const steps = readdirSync(folder)
    .sort()
    .map((file, i) => {
      const [, number, name] = fileName.exec(file) ?? [];
      if (!number || !name) throw new Error(`${join(folder, file)} is not named NNNN-name.sql.`);
      if (Number(number) !== i + 1)
        throw new Error(`${join(folder, file)}: the number ${i + 1} was expected. Migrations are numbered without gaps.`);
      return { number: i + 1, name, text: readFileSync(join(folder, file), 'utf8') };
    });
  return { owner, steps };
};

export const platformMigrations: Migrations = migrationsIn('platform', join(import.meta.dirname, 'migrations'));

const Applied = Type.Object({ owner: Type.String(), number: Type.Integer(), checksum: Type.String() });
const checksumOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * Brings the database up to date: each step in a transaction of its own, one process at a time (an advisory lock).
 * Answers how many steps were applied. A step that was changed after it was applied is an error: history is not rewritten.
 */
export const migrate = async (db: Database, all: readonly Migrations[]): Promise<number> => {
  await db.tx(async (tx) => {
    await lock(tx);
    await tx.run(script(bookkeeping));
  });
  let count = 0;
  for (const { owner, steps } of [platformMigrations, ...all]) for (const step of steps) count += await apply(db, owner, step);
  return count;
};

const lock = async (tx: Tx): Promise<void> => {
  // Neither waiting for another process nor building the index of a large table has a limit; what requests do has one.
  await tx.unlimited();
  await tx.run(sql`select pg_advisory_xact_lock(7216001)`);
};

const bookkeeping = `
  create schema if not exists platform;
  create table if not exists platform.migrations (
    owner text not null,
    number int not null,
    name text not null,
    checksum text not null,
    applied timestamptz not null default now(),
    primary key (owner, number));`;

const apply = (db: Database, owner: string, { number, name, text }: Migration): Promise<number> =>
  db.tx(async (tx) => {
    await lock(tx);
    const checksum = checksumOf(text);
    const done = await tx.maybe(
      Applied,
      sql`select owner, number, checksum from platform.migrations where owner = ${owner} and number = ${number}`,
    );
    if (done && done.checksum !== checksum) {
      throw new Error(
        `Migration ${owner}/${number}-${name} is not the one that this database got. Add a new migration instead of changing an old one.`,
      );
    }
    if (done) return 0;
    await tx.run(script(text));
    await tx.run(sql`insert into platform.migrations (owner, number, name, checksum) values (${owner}, ${number}, ${name}, ${checksum})`);
    return 1;
  });
