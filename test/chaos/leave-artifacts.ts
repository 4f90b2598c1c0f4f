import { type Client, type Credentials, http } from '@taskcluster/client';
import { object as objects, type queue as contract } from '@taskcluster/contracts';
import { attempt, once, type Shared } from './attempt.ts';
import { type ArtifactKey, artifactCreated, artifactFinished } from './artifacts.ts';

interface Run {
  readonly taskId: string;
  readonly runId: number;
  readonly expires: string;
}
type Mine = Client<typeof contract>;

/** A worker leaves something behind: a link to elsewhere, that something is missing, or data. */
export const leaveArtifacts = async (shared: Shared, mine: Mine, run: Run): Promise<void> => {
  const { random, history } = shared;
  const { taskId, runId, expires } = run;
  const n = Math.floor(random() * 1_000);
  const chance = random();
  if (chance < 0.4) return leaveObject(shared, mine, { ...run, name: `public/data-${n}` });
  const key = { taskId, runId, name: chance < 0.8 ? `public/reference-${n}` : `public/error-${n}` };
  const details =
    chance < 0.8
      ? { storageType: 'reference' as const, url: `https://example.com/${n}`, contentType: 'text/plain' }
      : { storageType: 'error' as const, reason: 'file-missing-on-worker' as const, message: `number ${n}` };
  const create = () => mine.createArtifact(pathOf(key), { ...details, expires }, once);
  const done = await attempt(shared, 'create-artifact', create);
  if (done) artifactCreated(history, key, details);
  if (random() < 0.1) await attempt(shared, 'create-artifact-again', create);
};

const pathOf = ({ taskId, runId, name }: ArtifactKey) => ({ taskId, runId: String(runId), name });

/** Reserves, uploads, finishes the upload and shows it to readers: four requests of which each may be the last. */
const leaveObject = async (shared: Shared, mine: Mine, { expires, ...key }: Run & ArtifactKey): Promise<void> => {
  const { history, rootUrl } = shared;
  const contentType = 'text/plain';
  const begun = await attempt(shared, 'create-object-artifact', () =>
    mine.createArtifact(pathOf(key), { storageType: 'object', contentType, expires }, once),
  );
  if (begun?.storageType !== 'object') return;
  artifactCreated(history, key, { storageType: 'object' });
  const { name, projectId, uploadId } = begun;
  const uploader = http(objects, { rootUrl, credentials: begun.credentials as Credentials });
  const data = `${key.taskId} ${key.runId} ${key.name}`;
  const inline = { dataInline: { contentType, objectData: Buffer.from(data).toString('base64') } };
  const upload = { projectId, uploadId, expires: begun.expires, proposedUploadMethods: inline };
  const uploaded = await attempt(shared, 'upload-object', () => uploader.createUpload({ name }, upload, once));
  if (!uploaded) return;
  const whole = await attempt(shared, 'finish-upload', () =>
    uploader.finishUpload({ name }, { projectId, uploadId }, once).then(() => true),
  );
  if (!whole) return;
  const shown = await attempt(shared, 'finish-artifact', () => mine.finishArtifact(pathOf(key), { uploadId }, once).then(() => true));
  if (shown) artifactFinished(history, key, { name, data });
};
