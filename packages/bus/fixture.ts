import type { Database, Tx } from '@taskcluster/db';
import { appendMessages } from './outbox.ts';

export const exchange = 'exchange/taskcluster-test/v1/thing-happened';

/** Writes messages with these routing keys in a transaction. */
export const append = (tx: Tx, ...routingKeys: readonly string[]): Promise<void> =>
  appendMessages(
    tx,
    routingKeys.map((routingKey) => ({ exchange, routingKey, cc: [`route.${routingKey}`], payload: { routingKey } })),
  );

/** Writes messages with these routing keys and commits. */
export const announce = (db: Database, ...routingKeys: readonly string[]): Promise<void> => db.tx((tx) => append(tx, ...routingKeys));

/** A transaction that stands open until the test ends it. */
export interface OpenTransaction {
  readonly append: (...routingKeys: readonly string[]) => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
}

export const begin = async (db: Database): Promise<OpenTransaction> => {
  const begun = Promise.withResolvers<Tx>();
  const end = Promise.withResolvers<'commit' | 'rollback'>();
  const undone = new Error('rolled back on purpose');
  const done = db
    .tx(async (tx) => {
      begun.resolve(tx);
      if ((await end.promise) === 'rollback') throw undone;
    })
    .catch((err: unknown) => {
      if (err !== undone) throw err;
    });
  const tx = await Promise.race([begun.promise, done.then(() => begun.promise)]);
  return {
    append: (...keys) => append(tx, ...keys),
    commit: () => (end.resolve('commit'), done),
    rollback: () => (end.resolve('rollback'), done),
  };
};
