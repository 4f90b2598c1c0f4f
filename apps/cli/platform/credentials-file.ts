import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { CommandError, exit } from '../exit.ts';

/** The name of a local platform's data folder, unless its owner chose another. */
export const defaultDataFolder = '.taskcluster';
const fileName = 'credentials.env';

export type Variables = Readonly<Record<string, string | undefined>>;

/** The variables in `credentials.env` of the data folder that was asked for. */
export const credentialsIn = async (dataFolder: string): Promise<Variables> => {
  const variables = await read(path.join(dataFolder, fileName));
  if (!variables) {
    throw new CommandError(
      `${path.join(dataFolder, fileName)} does not exist, so there is no local platform. Start one with "taskcluster up --data-dir ${dataFolder}".`,
      exit.unreachable,
    );
  }
  return variables;
};

/** The variables of the local platform whose data folder is in the given folder, or else in the nearest parent that has one. */
export const nearestCredentials = async (folder: string): Promise<Variables | undefined> => {
  const variables = await read(path.join(folder, defaultDataFolder, fileName));
  const parent = path.dirname(folder);
  return variables ?? (parent === folder ? undefined : nearestCredentials(parent));
};

const read = async (file: string): Promise<Variables | undefined> => {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CommandError(
      `${file} cannot be read (${code}). Make it readable for you, or set TASKCLUSTER_ROOT_URL and the credentials yourself.`,
      exit.refused,
      err,
    );
  }
  return parseEnv(content);
};
