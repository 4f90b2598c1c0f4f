import { CallError } from '@taskcluster/client/client';
import { CommandError, exit } from '../exit.ts';

const codes: Readonly<Record<number, number>> = { 0: exit.unreachable, 401: exit.refused, 403: exit.refused, 429: exit.unreachable };

/** The exit code for an answer of the platform. */
export const exitCodeOf = ({ status }: CallError): number => codes[status] ?? (status >= 500 ? exit.unreachable : exit.wrongUse);

/** What the command says and how it ends when the platform refused or did not answer. Anything else is not touched. */
export const failureOf = (err: unknown): unknown => {
  if (!(err instanceof CallError)) return err;
  // Below the line are the method and the time, which the platform adds for bug reports.
  const message = withoutFences(err.message.split(/\n-{3,}\n/)[0]?.trim() ?? '');
  const advice = err.status === 401 ? ' Are TASKCLUSTER_CLIENT_ID and TASKCLUSTER_ACCESS_TOKEN those of this platform?' : '';
  return new CommandError(err.status === 0 ? message : `${message}${advice} (${err.status} ${err.code})`, exitCodeOf(err), err);
};

/** Blocks of code are indented: the platform writes Markdown. */
const withoutFences = (markdown: string): string =>
  markdown.replaceAll(/^```\n(.*?)\n```$/gms, (_, code: string) => code.replaceAll(/^/gm, '  '));
