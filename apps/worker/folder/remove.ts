import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Deletes a folder and everything in it, read-only folders included (some package managers make their caches so). None there is fine. */
export const removeTree = async (path: string): Promise<void> => {
  try {
    await rm(path, options);
  } catch {
    await makeWritable(path);
    await rm(path, options);
  }
};

// A process that is being killed may still add a file.
const options = { recursive: true, force: true, maxRetries: 3 } as const;

const makeWritable = async (path: string): Promise<void> => {
  await chmod(path, 0o700).catch(() => {});
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(path, entry.name));
};
