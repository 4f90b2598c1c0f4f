import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cannotBecome, folderError, PostgresStartError, systemCode } from './error.ts';
import type { ServerUser } from './server-user.ts';

/**
 * Where things are in a data folder.
 *
 * Only `server` belongs to the user that the server runs as, with mode 0700. What we write while we are root
 * (the lock) stays out of it.
 */
export interface DataFolder {
  readonly root: string;
  readonly server: string;
  readonly pgdata: string;
  readonly socket: string;
  readonly password: string;
}

/** Makes the data folder if it is missing, and says where things are in it. The path is resolved: the kernel reports processes by it. */
export function openDataFolder(dataDir: string): DataFolder {
  try {
    // Root's folders can be passed through: the server, which is not root, has to get to its own folder below.
    fs.mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    fs.accessSync(dataDir, fs.constants.W_OK | fs.constants.X_OK);
    const root = fs.realpathSync(dataDir);
    const server = path.join(root, 'server');
    return {
      root,
      server,
      pgdata: path.join(server, 'pgdata'),
      socket: socketFolder(server),
      password: path.join(server, 'password'),
    };
  } catch (error) {
    throw folderError(error, dataDir);
  }
}

export const socketName = '.s.PGSQL.5432';

/** The kernel takes 107 bytes for the path of a socket (103 on macOS): a folder that is too deep gets a short one, the same at every start. */
function socketFolder(server: string): string {
  const beside = path.join(server, 'socket');
  if (Buffer.byteLength(path.join(beside, socketName)) <= 103) return beside;
  return path.join('/tmp', `taskcluster-socket-${createHash('sha256').update(server).digest('hex').slice(0, 12)}`);
}

/** After the server's end nothing of ours stays in /tmp. */
export function removeShortSocket(folder: DataFolder): void {
  if (!folder.socket.startsWith(`${folder.server}/`)) fs.rmSync(folder.socket, { recursive: true, force: true });
}

/** The user and group that own a path; undefined when there is nothing at the path. */
export function ownerOf(file: string): { readonly uid: number; readonly gid: number } | undefined {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat && { uid: stat.uid, gid: stat.gid };
}

/** Gives the server its folder. Data that was put back as root (from a backup, say) becomes the server's again. */
export function giveToServer(folder: DataFolder, user: ServerUser): void {
  try {
    for (const made of [folder.server, folder.socket]) {
      fs.mkdirSync(made, { recursive: true, mode: 0o700 });
      privateFolder(made, user);
      give(made, user);
      fs.chmodSync(made, 0o700);
    }
    if (user.switched && ownerOf(folder.pgdata)?.uid === 0) giveTree(folder.pgdata, user);
  } catch (error) {
    throw folderError(error, folder.root);
  }
}

/** In /tmp anybody may have made the folder before us, or a link with its name. */
function privateFolder(made: string, user: ServerUser): void {
  const stat = fs.lstatSync(made);
  if (stat.isDirectory() && (stat.uid === process.getuid?.() || stat.uid === user.uid)) return;
  throw new PostgresStartError('WrongOwner', `${made} belongs to somebody else. Remove it and start again, or use another data folder.`);
}

/** Makes a path the server's user's. Nothing to do when that is ourselves. */
export function give(file: string, user: ServerUser): void {
  if (!user.switched) return;
  try {
    fs.lchownSync(file, user.uid, user.gid);
  } catch (error) {
    if (['EPERM', 'EINVAL'].includes(systemCode(error))) throw cannotBecome(user.name, error);
    throw error;
  }
}

function giveTree(tree: string, user: ServerUser): void {
  give(tree, user);
  for (const entry of fs.readdirSync(tree, { recursive: true, encoding: 'utf8' })) give(path.join(tree, entry), user);
}

/** Writes a file that the server's user owns and nobody else can read. In one step: a reader sees the old text or the new one. */
export function writeForServer(file: string, text: string, user: ServerUser): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  // `wx` does not follow a link that the server's user could have put there.
  fs.writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
  give(draft, user);
  fs.renameSync(draft, file);
}

/** The text of a file, or undefined when there is no such file. */
export function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The major version of PostgreSQL that made the data; undefined when there is no data yet. */
export function dataMajor(folder: DataFolder): number | undefined {
  const text = readIfThere(path.join(folder.pgdata, 'PG_VERSION'));
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** The password of the database user. `made` is true when there was none and a new one was written. */
export function password(folder: DataFolder, user: ServerUser): { readonly value: string; readonly made: boolean } {
  const kept = readIfThere(folder.password)?.trim();
  if (kept) return { value: kept, made: false };
  const value = randomBytes(24).toString('base64url');
  writeForServer(folder.password, `${value}\n`, user);
  return { value, made: true };
}
