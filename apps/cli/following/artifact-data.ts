import { CallError } from '@taskcluster/client';
import type { Connection } from '../platform/connection.ts';
import { CommandError, exit } from '../exit.ts';

export interface ArtifactName {
  readonly taskId: string;
  /** Absent: the latest run. */
  readonly runId?: string | undefined;
  readonly name: string;
}
/** Where the data of an artifact is. */
export interface ArtifactPlace {
  /** `reference` stands for data that lives elsewhere, such as a log that is still growing. */
  readonly storageType: string;
  readonly url: string;
}

/**
 * Finds the data of an artifact, following links; undefined if there is no such artifact (yet).
 * @throws CommandError when the task says that it could not make the artifact.
 */
export const findArtifact = async (
  { queue }: Connection,
  { taskId, runId, name }: ArtifactName,
  signal?: AbortSignal,
): Promise<ArtifactPlace | undefined> => {
  const options = { signal };
  try {
    const content = await (runId === undefined
      ? queue.latestArtifact({ taskId, name }, undefined, options)
      : queue.artifact({ taskId, runId, name }, undefined, options));
    if (content.storageType === 'error')
      throw new CommandError(`There is no ${name}: ${content.message} (${content.reason}).`, exit.wrongUse);
    if (content.storageType !== 'object') return content;
    // Data in the object service: the redirect of the queue leads to a URL for it.
    return await (runId === undefined
      ? queue.getLatestArtifact({ taskId, name }, undefined, options)
      : queue.getArtifact({ taskId, runId, name }, undefined, options));
  } catch (err) {
    if (err instanceof CallError && err.status === 404) return undefined;
    throw err;
  }
};

export interface OpenData {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array>;
}

/** Opens the data for reading. @throws CommandError when the place does not answer with data. */
export const openPlace = async ({ url }: ArtifactPlace, signal?: AbortSignal): Promise<OpenData> => {
  const reply = await fetch(url, { signal: signal ?? null }).catch((err: unknown) => {
    if (signal?.aborted) throw err;
    throw new CommandError(`${new URL(url).origin}, where the data is, cannot be reached. Try again when it can.`, exit.unreachable, err);
  });
  if (reply.ok && reply.body) return { headers: reply.headers, body: reply.body };
  await reply.body?.cancel();
  const gone = reply.status === 404 || reply.status === 403 || reply.status === 410;
  throw new CommandError(
    `${new URL(url).origin}, where the data is, answered ${reply.status}. ${gone ? 'The data may have expired.' : 'Try again later.'}`,
    gone ? exit.wrongUse : exit.unreachable,
  );
};
