import { ApiError } from '@taskcluster/api';

export type Hashes = Readonly<Record<string, string>>;

const maxAlgorithms = 20;

/**
 * The hashes as given in a request. The schema describes two algorithms and lets any other property through:
 * only text is kept, so that a reader finds what an uploader wrote.
 */
const given = (hashes: Readonly<Record<string, unknown>>): [string, string][] => {
  const entries = Object.entries(hashes);
  if (entries.length > maxAlgorithms)
    throw new ApiError('InputError', `More than ${maxAlgorithms} hashes are given. Two or three are enough.`);
  return entries.map(([algorithm, value]) => {
    if (typeof value === 'string' && value.length <= 1000 && algorithm.length <= 100) return [algorithm, value];
    throw new ApiError('InputError', 'The hash {{algorithm}} is not a text of at most 1000 characters.', {
      algorithm: JSON.stringify(algorithm.slice(0, 100)),
    });
  });
};

/** Adds hashes to those that are known; 409 when one of them has another value. Undefined when there is nothing new. */
export const addHashes = (known: Hashes, more: Readonly<Record<string, unknown>>): Hashes | undefined => {
  const all = new Map(Object.entries(known));
  for (const [algorithm, value] of given(more)) {
    if ((all.get(algorithm) ?? value) !== value) throw conflict(algorithm);
    all.set(algorithm, value);
  }
  return all.size > Object.keys(known).length ? Object.fromEntries(all) : undefined;
};

const conflict = (algorithm: string) =>
  new ApiError('RequestConflict', 'The object already has another {{algorithm}} hash. Upload different data under another name.', {
    algorithm,
  });

/** For a finished object: each given hash must be known already. */
export const requireHashes = (known: Hashes, wanted: Readonly<Record<string, unknown>>): void => {
  const all = new Map(Object.entries(known));
  for (const [algorithm, value] of given(wanted)) {
    if (all.get(algorithm) === undefined) {
      throw new ApiError('RequestConflict', 'The object is finished without a {{algorithm}} hash, and a finished object never changes.', {
        algorithm,
      });
    }
    if (all.get(algorithm) !== value) throw conflict(algorithm);
  }
};
