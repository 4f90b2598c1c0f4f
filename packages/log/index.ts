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

const maxCauses = 5;

/**
 * What a log says about an error: never its other properties, in which drivers keep whole connections and what was sent on them.
 */
const describeError = (err: unknown, depth = 0): unknown => {
  if (!(err instanceof Error)) return String(err);
  const { name, message, stack, cause } = err;
  const { code, errors } = err as { code?: unknown; errors?: unknown };
  const inner = (list: readonly unknown[]) => (depth < maxCauses ? list.slice(0, maxCauses).map((e) => describeError(e, depth + 1)) : []);
  const [because] = cause === undefined ? [] : inner([cause]);
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(because === undefined ? {} : { cause: because }),
    ...(Array.isArray(errors) ? { errors: inner(errors) } : {}),
  };
};

// JSON leaves these as they are, and terminals obey them (U+009B is as good as ESC [).
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const unescaped = /[\u007f-\u009f\u2028\u2029]/g;
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A log that writes JSON lines. Line breaks and control characters inside values are escaped: an event is always one line. */
export const createLog = ({ level, name, fd = 2 }: LogOptions): Log => {
  const destination = pino.destination({ fd, sync: true });
  return pino(
    {
      level,
      name,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretNames.flatMap((n) => [n, `*.${n}`, `*.*.${n}`]), censor: '(hidden)' },
      serializers: { err: (err: unknown) => describeError(err) },
    },
    { write: (line) => void destination.write(line.replace(unescaped, escaped)) },
  );
};

/** Says nothing: for tests and for commands whose output is the answer itself. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
