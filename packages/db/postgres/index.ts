export { PostgresStartError, type PostgresStartErrorCode } from './error.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './start.ts';
