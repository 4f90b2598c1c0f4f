import { ApiError } from '@taskcluster/api';
import { patterns } from '@taskcluster/contracts';

const slugid = patterns.slugid.slice(1, -1);
const shape = new RegExp(`^t/(${slugid})/(\\d{1,10})/[A-Za-z0-9_-]{22,64}/[\\x20-\\x7e]{1,500}$`);

/**
 * The run that a stream belongs to, `<taskId>/<runId>`, from its name `t/<taskId>/<runId>/<secret>/<file>`. Whoever knows the
 * name may read the stream, so a name without a part that cannot be guessed (22 characters: 128 bits) is refused.
 */
export const runOf = (name: string): string => {
  const [, taskId, runId] = shape.exec(name) ?? [];
  if (taskId && runId) return `${taskId}/${runId}`;
  throw new ApiError(
    'InputError',
    'A stream is named t/<taskId>/<runId>/<secret>/<file>, and the secret is at least 22 characters of A-Z, a-z, 0-9, _ and -.',
  );
};
