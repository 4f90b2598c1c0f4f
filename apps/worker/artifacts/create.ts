import { CallError } from '@taskcluster/client';
import type { CreateArtifactRequest, CreateArtifactResponse } from '@taskcluster/contracts';
import type { Claim } from '../claim/claim.ts';
import { messageOf, Problem } from '../task/problem.ts';

// With the client's growing pauses about 50 seconds: long enough for a restart of the platform.
const retries = 9;

/**
 * Creates an artifact of the run.
 * Throws a Problem: malformed-payload when an artifact of this name exists that contradicts it (409), resource-unavailable when the
 * platform does not answer, internal-error for any other refusal (artifacts.md, section 8; worker.md, section 9). A refusal because the
 * run has ended gives the claim up.
 */
export const createArtifact = async (
  claim: Claim,
  { name, request, signal }: { readonly name: string; readonly request: CreateArtifactRequest; readonly signal: AbortSignal },
): Promise<CreateArtifactResponse> => {
  try {
    return await claim.queue.createArtifact({ taskId: claim.taskId, runId: String(claim.runId), name }, request, { retries, signal });
  } catch (err) {
    if (!(err instanceof CallError))
      throw new Problem('resource-unavailable', `The artifact ${name} was not created: ${messageOf(err)}.`, { cause: err });
    if (err.status === 0 || err.status >= 500 || err.status === 429) {
      throw new Problem(
        'resource-unavailable',
        `The artifact ${name} cannot be created, the platform does not answer: ${messageOf(err)}.`,
        { cause: err },
      );
    }
    await claim.verify();
    if (err.status === 409)
      throw new Problem('malformed-payload', `The artifact ${name} contradicts one that exists. Is it produced twice? ${messageOf(err)}.`, {
        cause: err,
      });
    throw new Problem('internal-error', `The artifact ${name} was refused: ${messageOf(err)}.`, { cause: err });
  }
};
