import type { ReportedReason } from '@taskcluster/contracts';

/** How a run ends; an exception says for what reason. */
export type Resolution = 'completed' | 'failed' | ReportedReason;

/** Why a run does not complete. The message is for the author of the task and goes into the task's log. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly resolution: Exclude<Resolution, 'completed'>;
  /** More than one would read: it stands in the log before everything else about the end of the task. */
  readonly details: string | undefined;
  constructor(
    resolution: Exclude<Resolution, 'completed'>,
    message: string,
    { cause, details }: { readonly cause?: unknown; readonly details?: string } = {},
  ) {
    super(message, { cause });
    this.resolution = resolution;
    this.details = details;
  }
}

/** Anything that was thrown, as a problem; what nobody expected is the worker's fault. */
export const problemOf = (err: unknown): Problem =>
  err instanceof Problem ? err : new Problem('internal-error', `The worker had a problem of its own: ${messageOf(err)}.`, { cause: err });

export const messageOf = (err: unknown): string => (err instanceof Error ? err.message : String(err)).replace(/\.$/, '');
