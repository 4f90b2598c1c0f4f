import { appendMessages, type OutgoingMessage } from '@taskcluster/bus';
import type { Tx } from '@taskcluster/db';
import { accessChanged } from '../access.ts';
import type { AuthService } from '../service.ts';
import { type Action, recordActions } from '../store/audit.ts';
import { lockAccess } from '../store/changes.ts';

/** What a change leaves behind, written with it. */
export interface Trace {
  readonly action: Action;
  readonly message: OutgoingMessage;
}

/**
 * Makes one change of clients or roles: alone among all writers, with its history and its message in the same transaction.
 * Answers when this process knows the change, so that the caller sees its own; other processes know it within half a second.
 */
export const change = async <T>(
  { db, access }: Pick<AuthService, 'db' | 'access'>,
  work: (tx: Tx, leave: (trace: Trace) => Promise<void>) => Promise<T>,
): Promise<T> => {
  const result = await db.tx(async (tx) => {
    await lockAccess(tx);
    return work(tx, async ({ action, message }) => {
      // Sent together.
      await Promise.all([recordActions(tx, [action]), appendMessages(tx, [message])]);
      tx.wake(accessChanged);
    });
  }, 'auth.change-client');
  await access.refresh();
  return result;
};
