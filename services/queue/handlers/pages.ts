import { decodeToken } from '@taskcluster/api';
import { isTime } from './times.ts';

/** Where a list by time goes on: the time and the id of the last row. */
export const placeOf = (token: string | undefined): readonly [string, string] | undefined => {
  const [time, id] = decodeToken(token, 2) ?? [];
  return typeof time === 'string' && typeof id === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(time) && isTime(time)
    ? [time, id]
    : undefined;
};
