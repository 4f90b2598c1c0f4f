import { type Client, http } from '@taskcluster/client';
import { object as objects } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import { sql } from '@taskcluster/db';
import { Type } from 'typebox';
import type { History } from './history.ts';
import type { Violation } from './invariants.ts';

export interface ArtifactKey {
  readonly taskId: string;
  readonly runId: number;
  readonly name: string;
}
export interface ArtifactDetails {
  readonly storageType: 'object' | 'reference' | 'error';
  readonly url?: string;
  readonly reason?: string;
  readonly message?: string;
}
/** What is known of an artifact from answers alone. */
export interface KnownArtifact extends ArtifactKey {
  readonly details: ArtifactDetails;
  /** Its data, once it was acknowledged that readers see it, and the name of its object. */
  finished?: { readonly name: string; readonly data: string };
}
const textOf = ({ taskId, runId, name }: ArtifactKey) => `${taskId}/${runId}/${name}`;

/** A creation was acknowledged: the artifact exists from now on. */
export const artifactCreated = ({ artifacts, touched }: History, key: ArtifactKey, details: ArtifactDetails): void => {
  // A worker may choose a name twice, and is refused then; or a run is given to it again.
  artifacts.set(textOf(key), artifacts.get(textOf(key)) ?? { ...key, details });
  touched.add(key.taskId);
};
/** It was acknowledged that the data is there. */
export const artifactFinished = ({ artifacts, touched }: History, key: ArtifactKey, finished: KnownArtifact['finished']): void => {
  const known = artifacts.get(textOf(key));
  if (known && finished) known.finished = finished;
  touched.add(key.taskId);
};
/** A listener was told of an artifact. */
export const artifactAnnounced = ({ announced }: History, key: ArtifactKey): void => void announced.add(textOf(key));

const Row = Type.Object({
  taskId: Type.String(),
  runId: Type.Integer(),
  name: Type.String(),
  storageType: Type.String(),
  present: Type.Boolean(),
  details: Type.Unsafe<Readonly<Record<string, unknown>>>({}),
});

/** Compares what was told of the artifacts of these tasks with what is stored. */
export const artifactProblems = async (db: Database, history: History, taskIds: ReadonlySet<string>): Promise<Violation[]> => {
  const rows = await db.many(
    Row,
    sql`
      select task_id as "taskId", run_id as "runId", name, storage_type as "storageType", present, details
      from queue.artifacts where task_id = any(${[...taskIds]})`,
  );
  const stored = new Map(rows.map((row) => [textOf(row), row]));
  const found: Violation[] = [];
  const wrong = (invariant: string, { taskId }: ArtifactKey, detail: unknown) =>
    void found.push({ invariant, taskId, detail: JSON.stringify(detail) });
  for (const known of history.artifacts.values()) {
    if (!taskIds.has(known.taskId)) continue;
    const { storageType, ...details } = known.details;
    const row = stored.get(textOf(known));
    const same =
      row?.storageType === storageType && ['url', 'reason', 'message'].every((k) => row.details[k] === details[k as keyof typeof details]);
    if (!row || !same) wrong('an acknowledged artifact exists as it was created', known, { known, row });
    else if (known.finished && !row.present) wrong('an acknowledged artifact is there for readers', known, row);
  }
  for (const row of rows)
    if (row.present !== history.announced.has(textOf(row))) wrong('an artifact is announced if readers see it, and only then', row, row);
  for (const text of history.announced)
    if (taskIds.has(text.split('/')[0] ?? '') && !stored.has(text)) wrong('an announced artifact exists', keyIn(text), text);
  return found;
};
const keyIn = (text: string): ArtifactKey => {
  const [taskId = '', runId = '', ...name] = text.split('/');
  return { taskId, runId: Number(runId), name: name.join('/') };
};

interface Reading {
  readonly rootUrl: string;
  readonly credentials: { readonly clientId: string; readonly accessToken: string };
}
// Enough of the newest ones to see a difference, and a second's work.
const maxRead = 300;

/** Reads the data of finished artifacts back. */
export const unreadable = async ({ artifacts }: History, { rootUrl, credentials }: Reading): Promise<Violation[]> => {
  const client: Client<typeof objects> = http(objects, { rootUrl, credentials });
  const found: Violation[] = [];
  for (const { taskId, finished } of [...artifacts.values()].filter((a) => a.finished).slice(-maxRead)) {
    if (!finished) continue;
    const { name, data } = finished;
    const read = async () => {
      const { url } = await client.startDownload({ name }, { acceptDownloadMethods: { simple: true } });
      return (await fetch(url ?? '')).text();
    };
    const text = await read().catch((err: unknown) => String(err));
    if (text !== data) found.push({ invariant: 'an acknowledged artifact has its data', taskId, detail: `${name}: ${text.slice(0, 200)}` });
  }
  return found;
};
