import { type Database, sql, type Tx } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import { Type } from 'typebox';
import { messagesWritten } from './channels.ts';
import { deliver, nobody, tell, type Told } from './delivery.ts';
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
  /** How many messages are handled at a time, 1 unless told; with more, their order is not kept. */
  readonly parallel?: number;
}

const batch = 100;

const Place = Type.Object({ cursor: Type.String() });
const Failed = Type.Object({ ...Message.properties, attempts: Type.Integer() });
const Due = Type.Object({ ms: Type.Union([Type.Number(), Type.Null()]) });

// How often each process looks for what it cannot know: deliveries that failed elsewhere, and a place that is far behind.
const lookMs = 5_000;

/** What a process knows of a consumer, so that a commit that concerns nobody costs one short look at the log. */
interface Known {
  /** Nothing that the consumer wants lies between its place and here. */
  ahead: string | undefined;
  /** There may be deliveries that wait to be tried again. */
  failed: boolean;
  lookedAt: number;
}

/**
 * The loop that feeds a consumer. In many processes at once one of them holds the consumer's place at a time. Each attempt that fails is a
 * warning in the log, and the last one an error that says how the message is handed over again.
 */
export const consumerLoop = <S extends { readonly db: Database }>(consumer: Consumer<S>, told: Told = nobody): Loop<S> => {
  // A counter that first appears as 1 has not grown for Prometheus.
  told.metrics?.messagesGivenUp.add({ consumer: consumer.name }, 0);
  const all = new WeakMap<Database, Known>();
  const knownOf = (db: Database): Known => {
    const known = all.get(db) ?? { ahead: undefined, failed: true, lookedAt: -Infinity };
    all.set(db, known);
    return known;
  };
  return {
    name: `consumer ${consumer.name}`,
    idleMs: () => lookMs,
    batch,
    wokenBy: messagesWritten,
    // Under load hundreds of messages are written in this time, and looked at together.
    paceMs: 50,
    step: async (service) => {
      const known = knownOf(service.db);
      const look = performance.now() - known.lookedAt >= lookMs;
      if (look) known.lookedAt = performance.now();
      const retried = known.failed || look ? await retryFailed(service, consumer, told) : 0;
      const { ahead } = known;
      if (ahead !== undefined && !look) {
        const page = await readAfter(service.db.steady, ahead, 1, consumer.bindings);
        if (page.messages.length === 0) {
          known.ahead = page.cursor;
          return retried;
        }
      }
      return retried + (await readOn({ service, consumer, told, known }));
    },
    nextDueMs: async ({ db }) => {
      const known = knownOf(db);
      if (!known.failed) return undefined;
      const due = sql`
        select (extract(epoch from min(next_attempt) - platform.now()) * 1000)::float8 as ms
        from platform.failed_deliveries where consumer = ${consumer.name} and next_attempt is not null`;
      const ms = (await db.maybe(Due, due))?.ms ?? undefined;
      known.failed = ms !== undefined;
      return ms;
    },
  };
};

interface Feeding<S> {
  readonly service: S;
  readonly consumer: Consumer<S>;
  readonly told: Told;
  readonly known: Known;
}

const readOn = async <S extends { readonly db: Database }>({ service, consumer, told, known }: Feeding<S>): Promise<number> => {
  const page = await service.db.tx(async (tx) => {
    const place = await placeOf(tx, consumer.name);
    if (!place) return undefined;
    const read = await readAfter(tx, place.cursor, batch, consumer.bindings);
    // Handlers may use any connection; this transaction only holds the place and remembers what failed.
    const wanted = read.messages.filter((m) => consumer.bindings.some((b) => matchesBinding(b, m)));
    const failures = [];
    for (let at = 0, { parallel = 1 } = consumer; at < wanted.length; at += parallel) {
      const next = wanted.slice(at, at + parallel);
      const done = await Promise.all(next.map((message) => deliver({ tx, service, consumer, message, attempts: 0 })));
      failures.push(...done.flat());
    }
    await tx.run(sql`update platform.consumers set cursor = ${read.cursor}, updated = platform.now() where name = ${consumer.name}`);
    return { ...read, failures };
  }, 'bus.consume');
  tell(told, consumer.name, page?.failures ?? []);
  if (page && page.failures.length > 0) known.failed = true;
  known.ahead = page && !page.more ? page.cursor : undefined;
  return page?.more ? batch : (page?.messages.length ?? 0);
};

/** The place of a consumer, locked; undefined while another process holds it. A new consumer begins at the end of the log. */
const placeOf = async (tx: Tx, name: string) => {
  const find = sql`select cursor from platform.consumers where name = ${name} for update skip locked`;
  const place = await tx.maybe(Place, find);
  if (place) return place;
  await tx.run(sql`insert into platform.consumers (name, cursor) values (${name}, ${await currentCursor(tx)}) on conflict do nothing`);
  return tx.maybe(Place, find);
};

const retryFailed = async <S extends { readonly db: Database }>(service: S, consumer: Consumer<S>, told: Told): Promise<number> => {
  const { count, failed } = await service.db.tx(async (tx) => {
    const due = await tx.many(
      Failed,
      sql`
        select message_id as id, created, exchange, routing_key as "routingKey", cc, payload, attempts
        from platform.failed_deliveries
        where consumer = ${consumer.name} and next_attempt <= platform.now()
        order by message_id limit ${batch} for update skip locked`,
    );
    const failed = [];
    for (const { attempts, ...message } of due) {
      const failures = await deliver({ tx, service, consumer, message, attempts });
      failed.push(...failures);
      // Whatever `attempts` says: a person who hands a message over again begins to count anew.
      if (failures.length === 0)
        await tx.run(sql`delete from platform.failed_deliveries where consumer = ${consumer.name} and message_id = ${message.id}`);
    }
    return { count: due.length, failed };
  }, 'bus.retry');
  tell(told, consumer.name, failed);
  return count;
};
