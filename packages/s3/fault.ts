import { ApiError } from '@taskcluster/api';
import type { Log } from '@taskcluster/log';

/**
 * Does something with S3. A refusal that is about the request goes to its caller as it is; anything else is a fault that the log has,
 * and the caller is asked to come again (503).
 */
export const orFault = async <T>(log: Log, attempt: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    log.error({ err: cause, attempt }, 'the object store failed');
    throw new ApiError(
      'ServiceUnavailable',
      'The object store of this deployment failed. Send the request again later; whoever runs the platform finds the reason in its log.',
      {},
      { cause, retryAfterSeconds: 5 },
    );
  }
};
