import { ApiError } from '@taskcluster/api';
import { UnfitCallError } from '@taskcluster/contracts/call';
import { InvalidExpressionError } from '@taskcluster/scopes';

/** Reads a question; what cannot be answered is refused (400) with what is wrong with it. */
export const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (err) {
    if (err instanceof InvalidExpressionError) throw new ApiError('InputError', '{{problem}}', { problem: err.message }, { cause: err });
    if (err instanceof UnfitCallError) throw new ApiError(err.code, '{{problem}}', { problem: err.message }, { cause: err });
    throw err;
  }
};
