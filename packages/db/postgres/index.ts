export { type FolderLock, lockFolder } from './lock.ts';
export { PostgresStartError, type PostgresStartErrorCode } from './error.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './start.ts';
