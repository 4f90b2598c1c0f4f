import { type Sql, sql, type Tx } from '@taskcluster/db';
import { messagesWritten } from './channels.ts';

/** A message to be announced with the change that it is about. Keys are checked by the publisher before they come here. */
export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly cc: readonly string[];
  readonly payload: unknown;
}

/**
 * Writes messages in the transaction of the change that they announce: published if and only if it commits,
 * and in the order in which the changes of one row were made (its lock is held while they are numbered).
 */
export const appendMessages = async (tx: Tx, messages: readonly OutgoingMessage[]): Promise<void> => {
  if (messages.length === 0) return;
  tx.wake(messagesWritten);
  await tx.run(insertMessages(messages));
};

const insertMessages = (messages: readonly OutgoingMessage[]): Sql => sql`
  insert into platform.messages (exchange, routing_key, cc, payload)
  select m.exchange, m."routingKey", m.cc, m.payload
  from rows from (json_to_recordset(${JSON.stringify(messages)}::json) as (exchange text, "routingKey" text, cc text[], payload json)) with ordinality m
  order by m.ordinality`;
