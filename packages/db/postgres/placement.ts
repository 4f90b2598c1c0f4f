import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from './error.ts';
import { canRead, type ServerUser } from './server-user.ts';

export interface Placed {
  readonly bin: string;
  /** For LD_LIBRARY_PATH; undefined when the programs find their libraries themselves. */
  readonly libraryPath?: string;
}

export interface PlacementRequest {
  /** The folder `native` of the npm package. */
  readonly native: string;
  readonly version: string;
  readonly user: ServerUser;
  /** Folders to put links or a copy into, best first. The first one that the server's user can read is taken. */
  readonly bases: readonly string[];
}

/**
 * Makes the packaged programs runnable for the server's user, without a change to node_modules:
 * - the shared libraries lack their links (npm does not run the package's install script): a folder of 14 links, about 1 ms;
 * - the package is in a folder that the user cannot enter, such as /root: hard links to all files where that is possible,
 *   a copy (50 MB) where it is not.
 *
 * Returns undefined when no base fits.
 */
export function place(request: PlacementRequest): Placed | undefined {
  const { native, version, user } = request;
  const here = path.join(native, 'bin');
  const readable = canRead(user, [
    path.join(here, 'postgres'),
    path.join(here, 'initdb'),
    path.join(native, 'share/postgresql/postgres.bki'),
  ]);
  const links = libraryLinks(native);
  if (readable && links.every(({ target }) => fs.existsSync(path.join(native, target)))) return { bin: here };

  const name = `postgres-${version}-${createHash('sha256').update(native).digest('hex').slice(0, 8)}`;
  const base = request.bases.find((candidate) => usableBase(candidate, user));
  if (base === undefined) return undefined;
  const place = path.join(base, name);
  if (!readable) {
    buildOnce(place, (draft) => copyPrograms(native, draft, links));
    return { bin: path.join(place, 'bin') };
  }
  const lib = path.join(place, 'links');
  const complete = links.every(({ source, target }) => linkTarget(path.join(lib, path.basename(target))) === path.join(native, source));
  if (!complete) fs.rmSync(place, { recursive: true, force: true });
  buildOnce(place, (draft) => {
    fs.mkdirSync(path.join(draft, 'links'), { mode: 0o755 });
    for (const { source, target } of links) fs.symlinkSync(path.join(native, source), path.join(draft, 'links', path.basename(target)));
  });
  // The second folder is for libraries that need each other: they have no search path of their own.
  return { bin: here, libraryPath: `${lib}:${path.join(native, 'lib')}` };
}

interface LibraryLink {
  /** Both are relative to `native`. */
  readonly source: string;
  readonly target: string;
}

function libraryLinks(native: string): readonly LibraryLink[] {
  const listed = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as readonly LibraryLink[];
  return listed.map(({ source, target }) => ({ source: path.relative('native', source), target: path.relative('native', target) }));
}

function linkTarget(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** A folder of ours that nobody else can write to (programs are run from it), and that the server's user can enter. */
function usableBase(base: string, user: ServerUser): boolean {
  try {
    if (fs.mkdirSync(base, { recursive: true }) !== undefined) fs.chmodSync(base, 0o755);
    const stat = fs.lstatSync(base);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0 && canEnter(base, user);
  } catch {
    return false;
  }
}

function canEnter(base: string, user: ServerUser): boolean {
  const probe = fs.mkdtempSync(path.join(base, '.probe-'));
  try {
    fs.chmodSync(probe, 0o755);
    return canRead(user, [path.join(probe, '.')]);
  } finally {
    fs.rmdirSync(probe);
  }
}

/** Fills a folder under another name and renames it: it is complete or not there, also when two processes build it at once. */
function buildOnce(folder: string, build: (draft: string) => void): void {
  if (fs.existsSync(folder)) return;
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  try {
    fs.mkdirSync(draft);
    build(draft);
    openTree(draft);
    fs.renameSync(draft, folder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  }
}

/** Folders as everybody can enter them, whatever the umask is. */
function openTree(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) openTree(path.join(folder, entry.name));
}

function copyPrograms(native: string, draft: string, links: readonly LibraryLink[]): void {
  const wanted = (file: string): boolean => !/(\.a|\/pgxs|\/pkgconfig|\/pg_ctl|\/pg-symlinks\.json)$/.test(file);
  copyTree(native, draft, wanted);
  for (const { source, target } of links) {
    const link = path.join(draft, target);
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.basename(source), link);
  }
}

function copyTree(from: string, to: string, wanted: (file: string) => boolean): void {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (!wanted(source)) continue;
    if (entry.isDirectory()) {
      fs.mkdirSync(target);
      copyTree(source, target, wanted);
    } else if (entry.isFile()) {
      linkOrCopy(source, target);
    }
  }
}

function linkOrCopy(source: string, target: string): void {
  const stat = fs.statSync(source);
  const mode = stat.mode & 0o100 ? 0o755 : 0o644;
  // A link shares owner and mode with the original: it serves only if these are right.
  if (stat.uid === process.getuid?.() && (stat.mode & 0o777) === mode) {
    try {
      fs.linkSync(source, target);
      return;
    } catch {
      // another file system, or one without hard links
    }
  }
  fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
  fs.chmodSync(target, mode);
}
