import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { cannotBecome, PostgresStartError } from './error.ts';
import { type DataFolder, ownerOf, readIfThere } from './folder.ts';

/** The user that the server runs as. PostgreSQL refuses to run as root, so root runs it as somebody else. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True when this process is root and the server is another user. */
  readonly switched: boolean;
  /** What `spawn` needs to run a program as this user. */
  readonly spawn: { readonly uid?: number; readonly gid?: number };
}

/**
 * Chooses the user for the server: ourselves; or, when we are root, the owner of the data that is there
 * (so that one start with sudo does not take a folder away from its user), or else `postgres` or `nobody`.
 */
export function serverUser(folder: DataFolder): ServerUser {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  const owner = ownerOf(folder.server);
  if (uid !== 0) {
    const found = owner?.uid === uid ? ownerOf(folder.pgdata) : owner;
    if (found && found.uid !== uid) throw wrongOwner(folder, found.uid, uid);
    return { name: userName(uid), uid, gid, switched: false, spawn: {} };
  }
  const kept = [ownerOf(folder.pgdata), owner].find((one) => one !== undefined && one.uid !== 0);
  const other = kept ? { name: userName(kept.uid), ...kept } : (passwdEntry('postgres') ?? passwdEntry('nobody'));
  if (!other) {
    throw new PostgresStartError(
      'NoServerUser',
      'PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody to run it. Run as a normal user, or set DATABASE_URL.',
    );
  }
  return { ...other, switched: true, spawn: { uid: other.uid, gid: other.gid } };
}

function wrongOwner(folder: DataFolder, owner: number, uid: number): PostgresStartError {
  return new PostgresStartError(
    'WrongOwner',
    `The data in ${folder.root} belongs to the user ${userName(owner)}, and this process runs as ${userName(uid)}. ` +
      `Run as ${userName(owner)}, change the owner of the whole folder (chown -R), or use another data folder.`,
  );
}

function passwd(): readonly (readonly string[])[] {
  return (readIfThere('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
}

function passwdEntry(name: string): { name: string; uid: number; gid: number } | undefined {
  const entry = passwd().find(([found]) => found === name);
  return entry && { name, uid: Number(entry[2]), gid: Number(entry[3]) };
}

function userName(uid: number): string {
  return passwd().find((entry) => entry[2] === String(uid))?.[0] ?? `with the id ${uid}`;
}

/**
 * Whether the server's user can read all of these paths. The kernel is asked, in a process of that user:
 * modes of parent folders, access lists and mount options all count. About 3 ms; nothing is started when the user is ourselves.
 */
export function canRead(user: ServerUser, paths: readonly string[]): boolean {
  if (!user.switched) return paths.every((path) => fs.existsSync(path));
  const script = 'for path; do [ -r "$path" ] || exit 1; done';
  const { status, error } = spawnSync('/bin/sh', ['-c', script, 'sh', ...paths], { ...user.spawn, cwd: '/', stdio: 'ignore' });
  if (error) throw cannotBecome(user.name, error);
  return status === 0;
}
