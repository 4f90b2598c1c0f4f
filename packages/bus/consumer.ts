import { type Database, outsideTransaction, sql, type Tx } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import { Type } from 'typebox';
import { messagesWritten } from './channels.ts';
import { currentCursor, readAfter } from './log.ts';
import { type Binding, matchesBinding, Message } from './message.ts';

/** A named listener in this platform's own processes. Its place in the log is durable: it misses nothing while it is away. */
export interface Consumer<S> {
  readonly name: string;
  readonly bindings: readonly Binding[];
  /**
   * Called at least once for each message, in order per task. A message whose handler throws is tried again later and does not
   * hold up the others: then it comes after messages that followed it. What the handler writes must be idempotent.
   */
  readonly handle: (service: S, message: Message) => Promise<void>;
}

const batch = 100;
const maxAttempts = 8;
const retryMs = (attempts: number) => Math.min(300_000, 250 * 2 ** attempts);

const Place = Type.Object({ cursor: Type.String() });
const Failed = Type.Object({ ...Message.properties, attempts: Type.Integer() });
const Due = Type.Object({ ms: Type.Union([Type.Number(), Type.Null()]) });

/** The loop that feeds a consumer. In many processes at once one of them holds the consumer's place at a time. */
export const consumerLoop = <S extends { readonly db: Database }>(consumer: Consumer<S>): Loop<S> => ({
  name: `consumer ${consumer.name}`,
  idleMs: () => 5_000,
  batch,
  wokenBy: messagesWritten,
  step: async (service) => (await retryFailed(service, consumer)) + (await readOn(service, consumer)),
  nextDueMs: async ({ db }) => {
    const due = sql`
      select (extract(epoch from min(next_attempt) - platform.now()) * 1000)::float8 as ms
      from platform.failed_deliveries where consumer = ${consumer.name} and next_attempt is not null`;
    return (await db.maybe(Due, due))?.ms ?? undefined;
  },
});

const readOn = async <S extends { readonly db: Database }>(service: S, consumer: Consumer<S>): Promise<number> => {
  const { db } = service;
  await db.run(
    sql`insert into platform.consumers (name, cursor) values (${consumer.name}, ${await currentCursor(db)}) on conflict do nothing`,
  );
  const page = await db.tx(async (tx) => {
    const place = await tx.maybe(Place, sql`select cursor from platform.consumers where name = ${consumer.name} for update skip locked`);
    if (!place) return undefined;
    const read = await readAfter(tx, place.cursor, batch);
    // Handlers may use any connection; this transaction only holds the place and remembers what failed.
    const wanted = read.messages.filter((m) => consumer.bindings.some((b) => matchesBinding(b, m)));
    for (const message of wanted) await attempt({ tx, service, consumer, message, attempts: 0 });
    await tx.run(sql`update platform.consumers set cursor = ${read.cursor}, updated = platform.now() where name = ${consumer.name}`);
    return read;
  });
  return page?.more ? batch : (page?.messages.length ?? 0);
};

const retryFailed = async <S extends { readonly db: Database }>(service: S, consumer: Consumer<S>): Promise<number> =>
  service.db.tx(async (tx) => {
    const due = await tx.many(
      Failed,
      sql`
        select message_id as id, created, exchange, routing_key as "routingKey", cc, payload, attempts
        from platform.failed_deliveries
        where consumer = ${consumer.name} and next_attempt <= platform.now()
        order by message_id limit ${batch} for update skip locked`,
    );
    for (const { attempts, ...message } of due) await attempt({ tx, service, consumer, message, attempts });
    return due.length;
  });

interface Attempt<S> {
  readonly tx: Tx;
  readonly service: S;
  readonly consumer: Consumer<S>;
  readonly message: Message;
  readonly attempts: number;
}

const attempt = async <S>({ tx, service, consumer, message, attempts }: Attempt<S>): Promise<void> => {
  try {
    await outsideTransaction(() => consumer.handle(service, message));
    if (attempts > 0)
      await tx.run(sql`delete from platform.failed_deliveries where consumer = ${consumer.name} and message_id = ${message.id}`);
  } catch (err) {
    const again = attempts + 1 < maxAttempts ? `${retryMs(attempts)} ms` : null;
    await tx.run(sql`
      insert into platform.failed_deliveries
        (consumer, message_id, created, exchange, routing_key, cc, payload, attempts, next_attempt, last_error)
      values (${consumer.name}, ${message.id}, ${message.created}, ${message.exchange}, ${message.routingKey}, ${message.cc}, ${JSON.stringify(message.payload)},
        ${attempts + 1}, platform.now() + ${again}::interval, ${reasonOf(err)})
      on conflict (consumer, message_id) do update
        set attempts = excluded.attempts, next_attempt = excluded.next_attempt, last_error = excluded.last_error`);
  }
};

// PostgreSQL stores no NUL, and an error that could not be stored would hold up the consumer for ever.
const reasonOf = (err: unknown): string => (err instanceof Error ? err.message : String(err)).replaceAll('\0', '\u{fffd}');
