/** Why the embedded PostgreSQL did not start; each code stands for one thing that the reader can do. */
export type PostgresStartErrorCode =
  | 'DataFolderInUse'
  | 'DataFolderNotWritable'
  | 'WrongOwner'
  | 'DiskFull'
  | 'NoPrograms'
  | 'NoServerUser'
  | 'VersionMismatch'
  | 'WrongPassword'
  | 'InitFailed'
  | 'StartFailed'
  | 'Stopped';

/** The embedded PostgreSQL did not start. The message says what happened and what to do; `cause` is kept. */
export class PostgresStartError extends Error {
  override readonly name = 'PostgresStartError';
  readonly code: PostgresStartErrorCode;

  constructor(code: PostgresStartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error code of the operating system (`EACCES`), or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function diskFull(folder: string, cause: unknown): PostgresStartError {
  return new PostgresStartError(
    'DiskFull',
    `There is no space left for the database in ${folder}. Free some disk space, or use a data folder on another disk.`,
    { cause },
  );
}

/** Whether a program of PostgreSQL said that the disk is full. Shared memory has a size of its own and says it in the same words. */
export function saysDiskFull(said: string): boolean {
  return said
    .split('\n')
    .some((line) => /No space left on device|Check free disk space|Disk quota exceeded/.test(line) && !line.includes('shared memory'));
}

export function cannotBecome(user: string, cause: unknown): PostgresStartError {
  return new PostgresStartError(
    'NoServerUser',
    `PostgreSQL does not run as root, and this process may not run it as the user ${user} (${systemCode(cause)}). ` +
      'Run as a normal user, allow the container to change users (CAP_SETUID, CAP_SETGID, CAP_CHOWN), or set DATABASE_URL.',
    { cause },
  );
}

/** Turns what the file system said about the data folder into an error that says what to do. Other errors are returned as they are. */
export function folderError(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, error);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new PostgresStartError(
      'DataFolderNotWritable',
      `The data folder ${folder} is not a folder that this process may write to (${code}). Change its owner or mode, or use another data folder.`,
      { cause: error },
    );
  }
  return error;
}
