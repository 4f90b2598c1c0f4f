/** The places of a transaction at which a test can end the process. */
export const moments = ['begin', 'working', 'before-commit', 'committing', 'after-commit'] as const;
export type Moment = (typeof moments)[number];

/** Called at each moment of each named transaction. */
export type Failpoint = (transaction: string, moment: Moment) => void;

const form = /^([a-z]+(?:[.-][a-z]+)*)\/([a-z-]+):(\d{1,9})$/;

/**
 * Reads `FAILPOINT=queue.claim/before-commit:3`: the third time that a transaction of this name comes to this moment, the process is killed
 * as `kill -9` does it, so that tests can show what survives. Answers undefined when it is not set, which costs nothing.
 * Throws when it is set and FAILPOINTS_ALLOWED is not, or when it cannot be understood.
 */
export const failpointOf = (
  env: Readonly<Record<string, string | undefined>>,
  kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
): Failpoint | undefined => {
  const text = env['FAILPOINT'];
  if (!text) return undefined;
  if (env['FAILPOINTS_ALLOWED'] !== 'yes')
    throw new Error('FAILPOINT is set, which kills this process in the middle of its work and is for tests only. Unset it.');
  const [, transaction, moment, nth] = form.exec(text) ?? [];
  if (!moment || !moments.includes(moment as Moment) || Number(nth) < 1)
    throw new Error(
      `FAILPOINT=${text} is not transaction/moment:count. The moments are ${moments.join(', ')}; for example queue.claim/before-commit:3.`,
    );
  let left = Number(nth);
  return (name, at) => {
    if (name === transaction && at === moment && --left === 0) kill();
  };
};
