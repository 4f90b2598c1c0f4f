import type { TaskLog } from '../log/task-log.ts';
import { isArtifactName, type PlannedArtifact } from '../task/payload.ts';
import { Problem, problemOf } from '../task/problem.ts';
import { contentEncodingOf, contentTypeOf } from './content.ts';
import { createArtifact } from './create.ts';
import { type Candidate, candidates } from './find.ts';
import type { OpenFile, Unusable } from './open.ts';
import { sourceOf } from './source.ts';
import { upload, type Uploading } from './upload.ts';

export interface Publishing extends Uploading {
  readonly log: TaskLog;
  /** The folder of the task. */
  readonly folder: string;
}

const parallelUploads = 10;

/**
 * Uploads what the payload asks for, at most ten files at a time, and answers what went wrong, the first problem first. A file that is
 * not there becomes an `error` artifact. When the platform or the store is at fault the rest is not attempted: it would take minutes per
 * file.
 */
export const publishArtifacts = async (planned: readonly PlannedArtifact[], publishing: Publishing): Promise<readonly Problem[]> => {
  const problems: Problem[] = [];
  const found = candidates(planned, publishing.folder);
  // Two artifacts of one name are done in their order: the later one stays.
  const busy = new Map<string, Promise<void>>();
  const worker = async () => {
    for (;;) {
      const { value, done } = await found.next();
      if (done || publishing.signal.aborted || problems.some(({ resolution }) => resolution !== 'failed')) return;
      const before = busy.get(value.name);
      const turn = (before ?? Promise.resolve())
        .then(() => publishOne(value, publishing))
        .catch((err: unknown) => void problems.push(told(problemOf(err), publishing.log)));
      busy.set(value.name, turn);
      await turn;
      if (busy.get(value.name) === turn) busy.delete(value.name);
    }
  };
  await Promise.all(Array.from({ length: planned.length === 0 ? 0 : parallelUploads }, worker));
  return problems;
};

const told = (problem: Problem, log: TaskLog): Problem => {
  log.say('error', `TASK FAILURE during artifact upload: ${problem.message}`);
  return problem;
};

const publishOne = async (candidate: Candidate, publishing: Publishing): Promise<void> => {
  const { name } = candidate;
  if (!isArtifactName(name)) {
    throw new Problem(
      'failed',
      `The file ${JSON.stringify(name)} cannot be an artifact: names are 1 to 1024 printable ASCII characters. Rename it.`,
    );
  }
  const opened = await candidate.open();
  if ('reason' in opened) await publishError(candidate, opened, publishing);
  else await publishFile(candidate, opened, publishing);
};

const publishFile = async ({ name, path, planned }: Candidate, { file, size }: OpenFile, publishing: Publishing) => {
  const contentType = planned.contentType ?? contentTypeOf(path);
  const contentEncoding = planned.contentEncoding ?? contentEncodingOf(path);
  try {
    publishing.log.say('info', `Uploading artifact ${name} (${size} bytes, ${contentType}${contentEncoding === 'gzip' ? ', gzip' : ''})`);
    await upload({ name, source: sourceOf(file, size), contentType, contentEncoding, expires: planned.expires }, publishing);
  } finally {
    await file.close();
  }
};

const longestMessage = 4_000;

const publishError = async ({ name, planned }: Candidate, { reason, message }: Unusable, { claim, log, signal }: Publishing) => {
  const request = { storageType: 'error', expires: planned.expires, reason, message: message.slice(0, longestMessage) } as const;
  await createArtifact(claim, { name, request, signal });
  if (!planned.optional) throw new Problem('failed', `${reason}: ${message} (artifact ${name}).`);
  log.say('info', `The optional artifact ${name} is not there: ${message}.`);
};
