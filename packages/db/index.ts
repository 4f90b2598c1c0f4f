export { batched, type BatchOptions, type Outcome } from './batch.ts';
export { type DatabaseClock, databaseClock } from './clock.ts';
export { connect, outsideTransaction, type Database, type DatabaseOptions, type Queryable, type Tx } from './database.ts';
export { isTransient, isUnavailable } from './errors.ts';
export { migrate, migrationsIn, type Migration, type Migrations } from './migrations.ts';
export { listed, script, sql, type Sql } from './sql.ts';
export type { Wakeups } from './wakeups.ts';
