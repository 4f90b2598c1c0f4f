import type { Log } from '@taskcluster/log';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface PlainLogOptions {
  readonly verbose: boolean;
  readonly write?: (line: string) => void;
}

/** A log for people at a terminal: the time, what happened, and to which task. */
export const plainLog = ({ verbose, write = (line) => void process.stderr.write(line) }: PlainLogOptions, inherited: object = {}): Log => {
  const line = (level: Level) => (fields: object, message: string) => {
    if (level === 'debug' && !verbose) return;
    const time = new Date().toISOString().slice(11, 19);
    const details = Object.entries({ ...inherited, ...fields }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${shown(value)}`],
    );
    const severity = level === 'warn' || level === 'error' ? `${level}: ` : '';
    write(`${[`${time} ${severity}${message}`, ...details].join('  ')}
`);
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => plainLog({ verbose, write }, { ...inherited, ...fields }),
  };
};

// Control characters would let a message draw on the terminal.
const shown = (value: unknown): string => {
  if (value instanceof Date) return value.toISOString();
  const text = value instanceof Error ? JSON.stringify(value.message) : typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
};
