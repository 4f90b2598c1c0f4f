import { ApiError } from '@taskcluster/api';
import type { Refusal } from './domain/refusal.ts';

/** What was decided, unless it is a refusal: that goes to the caller. */
export const accepted = <T extends object | undefined>(decision: T | Refusal): Exclude<T, Refusal> => {
  if (isRefusal(decision)) throw new ApiError(decision.refused, decision.message);
  return decision as Exclude<T, Refusal>;
};

const isRefusal = (decision: object | undefined): decision is Refusal => decision !== undefined && 'refused' in decision;
