import pino from 'pino';

/** Structured logging. One line of JSON per event; an object first, a fixed sentence second. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Values under these names never reach a log, wherever they are nested one or two levels deep. */
const secretNames = [
  'accessToken',
  'authorization',
  'certificate',
  'credentials',
  'secret',
  'bewit',
  'password',
  'cookie',
  'connectionString',
];

export interface LogOptions {
  /** `debug`, `info`, `warn`, `error` or `silent`. */
  readonly level: string;
  readonly name: string;
  /** File descriptor, 2 (standard error) unless told: standard output belongs to results. */
  readonly fd?: number;
}

/**
 * What a log says about an error: never its other properties, in which drivers keep whole connections and what was sent on them.
 */
const describeError = (err: unknown): unknown => {
  if (!(err instanceof Error)) return String(err);
  const { name, message, stack, cause } = err;
  const { code } = err as { code?: unknown };
  return { name, message, ...(code === undefined ? {} : { code }), stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
};

/** A log that writes JSON lines; line breaks and control characters inside values are escaped by JSON itself. */
export const createLog = ({ level, name, fd = 2 }: LogOptions): Log =>
  pino(
    {
      level,
      name,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretNames.flatMap((n) => [n, `*.${n}`, `*.*.${n}`]), censor: '(hidden)' },
      serializers: { err: describeError },
    },
    pino.destination({ fd, sync: true }),
  );

/** Says nothing: for tests and for commands whose output is the answer itself. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
