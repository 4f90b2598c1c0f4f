import { matchesBinding, readAfter } from '@taskcluster/bus';
import { http } from '@taskcluster/client';
import { index } from '@taskcluster/contracts';
import { type Database, sql } from '@taskcluster/db';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { allServices } from '../../apps/server/services.ts';
import type { UpProcess } from '../up-process.ts';
import type { History } from './history.ts';
import type { Violation } from './invariants.ts';

// What the platform's own consumers owe once a storm is over: everything was read, nothing was given up, completed tasks are indexed.

const namespaces = ['chaos.task', 'chaos.latest'] as const;

/** Routes of a task that the index has to follow: a path of its own, and one that it shares with others. */
export const indexRoutes = (taskId: string, random: () => number): string[] =>
  random() < 0.3 ? [`index.chaos.task.${taskId}`, `index.chaos.latest.${Math.floor(random() * 8)}`] : [];

/** Waits until the index has every path that a listener was told of, but not longer than until then. */
export const indexing = async ({ paths }: History, server: UpProcess, until: number): Promise<void> => {
  const entries = http(index, server);
  const missing = new Set(paths);
  while (missing.size > 0 && Date.now() < until) {
    for (const namespace of namespaces) {
      let continuationToken: string | undefined;
      do {
        const page = await entries.listTasks({ namespace, limit: '1000', ...(continuationToken ? { continuationToken } : {}) });
        for (const entry of page.tasks) missing.delete(entry.namespace);
        continuationToken = page.continuationToken;
      } while (continuationToken !== undefined);
    }
    if (missing.size > 0) await sleep(100);
  }
};

const Place = Type.Object({ cursor: Type.String() });
const Found = Type.Object({ taskId: Type.String(), detail: Type.String() });
interface Subject {
  readonly status?: { readonly taskId: string };
}
const subjectOf = (payload: unknown): string => (payload as Subject).status?.taskId ?? '';

/** Messages that a consumer wants and has not read. */
const unread = async (db: Database): Promise<Violation[]> => {
  const found: Violation[] = [];
  for (const { name, bindings } of allServices().flatMap((s) => s.consumers)) {
    const wrong = (taskId: string, detail: string) =>
      void found.push({ invariant: 'the consumers have read everything', taskId, detail: `${name}: ${detail}` });
    const place = await db.maybe(Place, sql`select cursor from platform.consumers where name = ${name}`);
    if (!place) wrong('', 'has no place in the log');
    for (let { cursor, more } = { cursor: place?.cursor ?? '', more: place !== undefined }; more;) {
      const page = await readAfter(db, cursor, 1_000, bindings);
      for (const message of page.messages)
        if (bindings.some((b) => matchesBinding(b, message))) wrong(subjectOf(message.payload), `${message.exchange} ${message.id}`);
      ({ cursor, more } = page);
    }
  }
  return found;
};

const failed = sql`
  select coalesce(payload -> 'status' ->> 'taskId', '') as "taskId", concat(consumer, ' ', message_id, ', ', attempts, ' attempts: ', last_error) as detail
  from platform.failed_deliveries`;

const unnamed = sql`
  select t.task_id as "taskId", route as detail from queue.tasks t, unnest(t.routes) route
  where route like 'index.chaos.%' and exists (select from json_array_elements(t.runs) r where r ->> 'state' = 'completed') and not exists (
    select from index.tasks i where concat('index.', i.namespace, '.', i.name) = route and (i.task_id = t.task_id or i.namespace <> 'chaos.task'))`;

// A repeat announces again, so it is the last message about a path that decides.
const misled = sql`
  with told as (
    select substr(key, 13) as path, payload -> 'status' ->> 'taskId' as task_id, created, max(created) over (partition by key) as last
    from platform.messages, unnest(cc) key
    where exchange = 'exchange/taskcluster-queue/v1/task-completed' and key like 'route.index.chaos.%')
  select i.task_id as "taskId", concat(i.namespace, '.', i.name, ' of ', i.asserted) as detail
  from index.tasks i left join told on path = concat(i.namespace, '.', i.name) and told.task_id = i.task_id and created = last and created = i.asserted
  where i.namespace like 'chaos.%' and path is null`;

/** Looks for what the consumers left undone although there was time. The platform must not be running. */
export const undone = async (db: Database): Promise<Violation[]> => {
  const look = async (invariant: string, find: typeof failed) => (await db.many(Found, find)).map((f) => ({ invariant, ...f }));
  return [
    ...(await unread(db)),
    ...(await look('nothing waits to be handed over again', failed)),
    ...(await look('a completed task is indexed', unnamed)),
    ...(await look('a path leads to the task of which it was said last', misled)),
  ];
};
