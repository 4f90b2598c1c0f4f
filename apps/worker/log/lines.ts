export type Severity = 'info' | 'warn' | 'error';

/** What the worker itself says in a task's log, one prefix for each line (worker.md, section 8). Ends with a line break. */
export const workerLines = (severity: Severity, text: string, now: Date): string => {
  const prefix = {
    info: `[taskcluster ${now.toISOString()}] `,
    warn: `[taskcluster:warn ${now.toISOString()}] `,
    error: '[taskcluster:error] ',
  }[severity];
  return text
    .split(/\r\n|[\r\n]/)
    .map((line) => `${prefix}${line}\n`)
    .join('');
};

/** A duration for people: `0.042s`, `12.3s`, `4m 5s`, `1h 2m 3s`. */
export const durationText = (ms: number): string => {
  if (ms < 10_000) return `${(ms / 1000).toFixed(3)}s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60] as const;
  return parts[0] > 0 ? `${parts[0]}h ${parts[1]}m ${parts[2]}s` : `${parts[1]}m ${parts[2]}s`;
};

/** An argument list as one would type it in a POSIX shell. For reading only: no shell ever sees it. */
export const commandText = (argv: readonly string[]): string => argv.map(quoted).join(' ');

const quoted = (argument: string) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`);
