import { lstat, opendir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { PlannedArtifact } from '../task/payload.ts';
import { invalid, isInside, type OpenFile, openInside, type Unusable, unusable } from './open.ts';

/** A file that is to become an artifact, or why it cannot. */
export interface Candidate {
  readonly name: string;
  /** Its extension says what it contains. */
  readonly path: string;
  readonly planned: PlannedArtifact;
  readonly open: () => Promise<OpenFile | Unusable>;
}

/**
 * The files of the artifacts that a payload asks for. A directory gives one for each file in it, however deep; empty directories give none.
 * Files are opened when their turn comes, so that a large directory does not need a descriptor for each.
 */
export async function* candidates(planned: readonly PlannedArtifact[], folder: string): AsyncGenerator<Candidate> {
  for (const artifact of planned) {
    const place = await placeOf(artifact, folder);
    if ('reason' in place) yield failing(artifact, artifact.name, place);
    else if (artifact.type === 'file')
      yield { name: fileName(artifact.name), path: place.path, planned: artifact, open: () => openInside(place.root, place.path) };
    else yield* inDirectory(artifact, place);
  }
}

interface Place {
  /** What the artifact must lie inside of, after all symbolic links. */
  readonly root: string;
  readonly path: string;
}

/**
 * Relative paths stay inside the task's folder. The payload may name a file elsewhere by an absolute path (worker.md, section 9): then
 * the folder it is in, or the directory itself, is the limit.
 */
const placeOf = async ({ type, path }: PlannedArtifact, folder: string): Promise<Place | Unusable> => {
  try {
    const ours = await realpath(folder);
    const wanted = isAbsolute(path) ? resolve(path) : resolve(ours, path);
    const inside = isInside(folder, wanted) ? join(ours, relative(folder, wanted)) : wanted;
    if (isInside(ours, inside)) return { root: ours, path: inside };
    if (!isAbsolute(path)) return invalid(`${path} leads out of the folder of the task`);
    if (type === 'directory') {
      const real = await realpath(wanted);
      return { root: real, path: real };
    }
    const parent = await realpath(dirname(wanted));
    return { root: parent, path: join(parent, basename(wanted)) };
  } catch (err) {
    return unusable(err, path);
  }
};

async function* inDirectory(artifact: PlannedArtifact, { root, path }: Place): AsyncGenerator<Candidate> {
  const refused = await unlessDirectory(root, path);
  if (refused) {
    yield failing(artifact, artifact.name, refused);
    return;
  }
  for await (const found of walk(path)) {
    const name = nameInDirectory(artifact.name, relative(path, found.path));
    if (found.error) yield failing(artifact, name, found.error);
    else yield { name, path: found.path, planned: artifact, open: () => openInside(root, found.path) };
  }
}

const unlessDirectory = async (root: string, path: string): Promise<Unusable | undefined> => {
  try {
    const real = await realpath(path);
    if (!isInside(root, real)) return invalid(`${path} leads out of ${root}`);
    return (await lstat(real)).isDirectory() ? undefined : invalid(`${path} is not a directory`);
  } catch (err) {
    return unusable(err, path);
  }
};

interface Found {
  readonly path: string;
  readonly error?: Unusable;
}

/** Everything below a directory that is not a directory. Symbolic links are not followed here, so that the walk ends. */
async function* walk(directory: string): AsyncGenerator<Found> {
  try {
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) yield* walk(path);
      else yield { path };
    }
  } catch (err) {
    yield { path: directory, error: unusable(err, directory) };
  }
}

const fileName = (name: string): string => name.replace(/^(\.\/)+(?=.)/, '');

/** `public/build` and `logs/a.txt` give `public/build/logs/a.txt`; a name of `` or `.` adds nothing. */
export const nameInDirectory = (name: string, below: string): string => {
  const base = fileName(name).replace(/\/+$/, '');
  const rest = below.split(sep).join('/');
  if (rest === '') return base || '.';
  return base === '' || base === '.' ? rest : `${base}/${rest}`;
};

const failing = (planned: PlannedArtifact, name: string, error: Unusable): Candidate => ({
  name: name || '.',
  path: planned.path,
  planned,
  open: async () => error,
});
