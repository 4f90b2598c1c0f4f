import { Client, DatabaseError } from 'pg';
import { databaseUser } from './cluster.ts';
import { PostgresStartError } from './error.ts';
import type { DataFolder } from './folder.ts';

export const databaseName = 'taskcluster';

/** A URL for `new URL`, `pg` and libpq. The host is the folder of the socket, percent-encoded. */
export function connectionString(folder: DataFolder, password: string): string {
  return `postgresql://${databaseUser}:${password}@${encodeURIComponent(folder.socket)}/${databaseName}`;
}

/** Makes the database if it is missing (70 ms), and so proves that the server answers to our password (15 ms). */
export async function ensureDatabase(folder: DataFolder, password: string): Promise<void> {
  try {
    await inDatabase(folder, password, { database: databaseName });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code === '28P01') throw wrongPassword(folder, error);
    if (error.code !== '3D000') throw error;
    await inDatabase(folder, password, { database: 'postgres', statement: `create database ${databaseName}` });
  }
}

async function inDatabase(
  folder: DataFolder,
  password: string,
  what: { readonly database: string; readonly statement?: string },
): Promise<void> {
  const client = new Client({
    host: folder.socket,
    user: databaseUser,
    password,
    database: what.database,
    connectionTimeoutMillis: 30_000,
  });
  client.on('error', () => {}); // the server went away between two calls; the next call fails and says so
  try {
    await client.connect();
    if (what.statement) await client.query(what.statement);
  } finally {
    await client.end();
  }
}

function wrongPassword(folder: DataFolder, cause: unknown): PostgresStartError {
  return new PostgresStartError(
    'WrongPassword',
    `The password in ${folder.password} is not the one of the data beside it. Remove that file and start again: a new password is set.`,
    { cause },
  );
}
