import type { Loop } from '@taskcluster/loop';
import type { IndexService } from '../service.ts';
import { deleteExpiredNamespaces } from '../store/namespaces.ts';
import { deleteExpiredTasks } from '../store/tasks.ts';

// Nobody waits for it: what has expired is not found any more. Until it is deleted an entry still keeps lower ranks away.
const idleMs = () => 3_600_000;

/** Deletes namespaces past their expiry (index.md, section 7). */
export const expireNamespaces: Loop<IndexService> = {
  name: 'index: expired namespaces',
  idleMs,
  batch: 500,
  step: ({ db }, limit) => deleteExpiredNamespaces(db, limit),
};

/** Deletes entries past their expiry (index.md, section 7). */
export const expireTasks: Loop<IndexService> = {
  name: 'index: expired tasks',
  idleMs,
  batch: 500,
  step: ({ db }, limit) => deleteExpiredTasks(db, limit),
};
