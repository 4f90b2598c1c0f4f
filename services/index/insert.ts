import type { Tx } from '@taskcluster/db';
import { type Entry, namespaceExpiry } from './domain/entry.ts';
import { joinPath, namespacesOf, splitPath } from './domain/path.ts';
import { ensureNamespaces } from './store/namespaces.ts';
import { putTasks } from './store/tasks.ts';

/**
 * Puts an entry under each of the paths, unless one of a higher rank is there (index.md, section 2), with the namespaces of those paths;
 * answers the entries that were written. `asserted`: see `putTasks`.
 */
export const insertEntries = async (tx: Tx, paths: readonly string[], entry: Entry, asserted?: string) => {
  const written = await putTasks(tx, { places: paths.map(splitPath), entry, asserted });
  const places = namespacesOf(written.map(joinPath));
  if (places.length > 0) await ensureNamespaces(tx, places, namespaceExpiry(entry.expires));
  return written;
};
