import { isDeepStrictEqual } from 'node:util';
import type { Artifact } from './artifact.ts';
import { conflict, type Refusal } from './refusal.ts';

/**
 * What becomes of an artifact that is created again (artifacts.md, section 2, step 6): it may live longer, a reference may
 * lead elsewhere or become a link, and content type and length stay as they were. Anything else is a conflict.
 */
export const repeated = (stored: Artifact, wanted: Artifact): Artifact | Refusal => {
  const sameContent = wanted.storageType === 'link' || wanted.contentType === stored.contentType;
  const notShorter = Date.parse(wanted.expires) >= Date.parse(stored.expires);
  if (!sameContent || !notShorter || !fits(stored, wanted)) return differs(stored);
  const { contentType, contentLength, present } = stored;
  return { ...wanted, contentType, contentLength, present };
};

const fits = (stored: Artifact, wanted: Artifact): boolean => {
  if (stored.storageType !== wanted.storageType) return stored.storageType === 'reference' && wanted.storageType === 'link';
  return stored.storageType === 'reference' || isDeepStrictEqual(stored.details, wanted.details);
};

/** The refusal of a repeat that asks for something else. */
export const differs = ({ taskId, runId, name, storageType, contentType, expires }: Artifact): Refusal =>
  conflict(
    `Artifact ${name} of run ${runId} of task ${taskId} exists already and is another one: storageType ${storageType}, contentType ${contentType}, expires ${expires}. Choose another name, or repeat the first request.`,
  );
