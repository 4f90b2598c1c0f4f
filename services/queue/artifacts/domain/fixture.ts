import type { Task } from '../../domain/task.ts';
import type { Artifact } from './artifact.ts';

export const now = '2026-02-03T12:00:00.000Z';
const minuteMs = 60_000;
/** A time so many minutes from `now`. */
export const at = (minutes: number): string => new Date(Date.parse(now) + minutes * minuteMs).toISOString();

export const key = { taskId: 'fN1SbArXTPSVFNUvaOlinQ', runId: 0, name: 'public/a' } as const;

const base = { ...key, contentType: 'text/plain', contentLength: null, present: true, expires: at(60) };

/** One artifact of each storage type. */
export const artifacts = {
  s3: { ...base, storageType: 's3', details: { bucket: 'public', key: `${key.taskId}/0/public/a` } },
  object: { ...base, storageType: 'object', present: false, details: { uploadId: 'dSlITZ4yQgmvxxAi4A8fHQ' } },
  reference: { ...base, storageType: 'reference', details: { url: 'https://example.com/a' } },
  link: { ...base, storageType: 'link', details: { artifact: 'public/b' } },
  error: { ...base, storageType: 'error', details: { reason: 'file-missing-on-worker', message: 'not there' } },
} as const satisfies Readonly<Record<string, Artifact>>;

const run = {
  runId: 0,
  state: 'running',
  reasonCreated: 'scheduled',
  scheduled: at(-2),
  started: at(-1),
  workerGroup: 'group',
  workerId: 'worker',
  takenUntil: at(20),
} as const;

/** A task with one run that a worker has claimed, changed as given. */
export const taskWith = (changes: Partial<Task['runs'][number]> = {}): Task => ({
  taskId: key.taskId,
  taskQueueId: 'local/default',
  schedulerId: '-',
  taskGroupId: key.taskId,
  projectId: 'none',
  rank: 7,
  deadline: at(600),
  expires: at(1000),
  retries: 5,
  retriesLeft: 5,
  runs: [{ ...run, ...changes }],
  unsatisfied: 0,
  everResolved: false,
  routes: ['index.a', 'index.b'],
  tags: {},
});
