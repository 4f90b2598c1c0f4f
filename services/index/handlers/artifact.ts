import { type Caller, type Handler, respond } from '@taskcluster/api';
import { CallError, pathOf, signedUrl } from '@taskcluster/client';
import { type index, queue } from '@taskcluster/contracts';
import { intersect, ScopeSet } from '@taskcluster/scopes';
import type { IndexService } from '../service.ts';
import { found } from './tasks.ts';

interface Wanted {
  readonly taskId: string;
  readonly name: string;
}

/** How long a signed address can be used (index.md, section 5). */
const signedForMs = 15 * 60_000;
/** The most characters of scopes in a signed address: the whole of it may have 4,096, and base64 is applied twice. */
const maxScopeText = 1_000;
const everybody = Object.freeze(['assume:anonymous']);

/** The scopes for reading artifacts that the caller holds, and no others: links that it may follow are followed for it, others are not. */
const delegated = (caller: Caller, name: string): readonly string[] => {
  const held = intersect(caller.scopes(), ['queue:get-artifact:*']);
  return JSON.stringify(held).length <= maxScopeText ? held : [`queue:get-artifact:${name}`];
};

/** The address of an artifact's data, as everybody may learn it; undefined when the queue has to be asked by whoever wants to read. */
const publicUrl = async ({ publicQueue, log }: IndexService, wanted: Wanted): Promise<string | undefined> => {
  try {
    const content = await publicQueue.latestArtifact({ ...wanted });
    return 'url' in content ? content.url : undefined;
  } catch (err) {
    // A refusal is for the reader, who gets it from the queue.
    if (!(err instanceof CallError)) log.warn({ err, ...wanted }, 'the queue could not be asked for an artifact; its reader is sent there');
    return undefined;
  }
};

/**
 * Redirects to an artifact of an indexed task (index.md, section 5). The caller may read artifacts of this name; that was checked before
 * anything was looked up. Who is public is read from the roles in memory, so a change of them counts at once.
 */
export const findArtifactFromTask: Handler<typeof index.endpoints.findArtifactFromTask, IndexService> = async (
  service,
  { params: { indexPath, name }, caller },
) => {
  const { taskId } = await found(service, indexPath);
  const { rootUrl, authority, credentials, now } = service;
  const url = rootUrl + pathOf(queue, queue.endpoints.getLatestArtifact, { taskId, name });
  const isPublic = ScopeSet.of(authority.expand(everybody)).has(`queue:get-artifact:${name}`);
  const location = isPublic
    ? ((await publicUrl(service, { taskId, name })) ?? url)
    : signedUrl({ credentials, url, expiresAt: now() + signedForMs, authorizedScopes: delegated(caller, name) });
  return respond(303, { location });
};
