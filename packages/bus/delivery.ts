import type { commonMetrics } from '@taskcluster/contracts';
import { outsideTransaction, sql, type Tx } from '@taskcluster/db';
import { type Log, silentLog } from '@taskcluster/log';
import type { Recorders } from '@taskcluster/metrics';
import type { Message } from './message.ts';

const maxAttempts = 8;
const retryMs = (attempts: number) => Math.min(300_000, 250 * 2 ** attempts);

/** Where it is told what became of messages that a consumer could not handle. */
export interface Told {
  readonly log: Log;
  /** Counts the messages that were given up; absent while metrics are off. */
  readonly metrics?: Pick<Recorders<typeof commonMetrics>, 'messagesGivenUp'> | undefined;
}
/** Nobody is told: for tests that look into the database. */
export const nobody: Told = { log: silentLog };

/** An attempt that failed, as it was noted. */
interface Failure {
  readonly message: Message;
  readonly err: unknown;
  /** How many attempts have failed, this one included. */
  readonly attempt: number;
  /** When it is tried again, in milliseconds from now; undefined: never. */
  readonly againMs: number | undefined;
}

interface Delivery<S> {
  readonly tx: Tx;
  readonly service: S;
  readonly consumer: { readonly name: string; readonly handle: (service: S, message: Message) => Promise<void> };
  readonly message: Message;
  /** How many attempts have failed before. */
  readonly attempts: number;
}

/** Hands a message to its consumer. Answers the failure, which is noted in the transaction; none when the message was handled. */
export const deliver = async <S>({ tx, service, consumer, message, attempts }: Delivery<S>): Promise<readonly Failure[]> => {
  try {
    await outsideTransaction(() => consumer.handle(service, message));
    return [];
  } catch (err) {
    const againMs = attempts + 1 < maxAttempts ? retryMs(attempts) : undefined;
    await tx.run(sql`
      insert into platform.failed_deliveries
        (consumer, message_id, created, exchange, routing_key, cc, payload, attempts, next_attempt, last_error)
      values (${consumer.name}, ${message.id}, ${message.created}, ${message.exchange}, ${message.routingKey}, ${message.cc}, ${JSON.stringify(message.payload)},
        ${attempts + 1}, platform.now() + ${againMs === undefined ? null : `${againMs} ms`}::interval, ${reasonOf(err)})
      on conflict (consumer, message_id) do update
        set attempts = excluded.attempts, next_attempt = excluded.next_attempt, last_error = excluded.last_error`);
    return [{ message, err, attempt: attempts + 1, againMs }];
  }
};

// PostgreSQL stores no NUL, and an error that could not be stored would hold up the consumer for ever.
const reasonOf = (err: unknown): string => (err instanceof Error ? err.message : String(err)).replaceAll('\0', '\u{fffd}');

/** Tells of failures after they are committed: what a log says is kept is kept. Payloads are not told, they may hold what is private. */
export const tell = ({ log, metrics }: Told, consumer: string, failures: readonly Failure[]): void => {
  for (const { message, err, attempt, againMs } of failures) {
    const { id: messageId, exchange, routingKey } = message;
    const about = { consumer, messageId, exchange, routingKey, attempt, err };
    if (againMs === undefined) {
      const where = `where consumer = '${consumer}' and message_id = ${messageId}`;
      metrics?.messagesGivenUp.add({ consumer });
      log.error(
        {
          ...about,
          lookAtIt: `select * from platform.failed_deliveries ${where}`,
          handOverAgain: `update platform.failed_deliveries set attempts = 0, next_attempt = now() ${where}`,
        },
        'a message was given up and is kept in platform.failed_deliveries; mend the cause, then hand it over again with the statement given here',
      );
    } else log.warn({ ...about, againMs }, 'a message could not be handled and will be handed over again');
  }
};
