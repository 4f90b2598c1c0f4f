import { currentCursor } from '@taskcluster/bus';
import { type Client, http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import { type Database, sql } from '@taskcluster/db';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import type { UpProcess } from '../up-process.ts';
import { unreadable } from './artifacts.ts';
import { indexing, undone } from './consumers.ts';
import { type Fault, failpoints, faultOf, nameOf } from './faults.ts';
import { compareWithStored, goesOn, type History, isQuiet, listen, newHistory, type Outcome, total } from './history.ts';
import { invariantCount, prepare, unindexed, type Violation, violations } from './invariants.ts';
import { type Load, startLoad } from './load.ts';
import { openSite, type Site } from './site.ts';

export interface StormOptions {
  /** How many faults. */
  readonly kills: number;
  /** Which of the endless list of faults comes first; 0 unless told. */
  readonly first?: number;
  readonly seed: number;
  readonly embedded: boolean;
  /** Stops earlier, after this time. */
  readonly limitMs?: number;
  readonly deadlineSeconds?: number;
  readonly progress?: (line: string) => void;
}
export interface StormReport {
  readonly seed: number;
  readonly embedded: boolean;
  readonly faults: number;
  /** How often each fault was done; of the failpoints, those that were reached. */
  readonly byFault: Readonly<Record<string, number>>;
  /** Failpoints that were set and not passed in time; the server was killed at some other moment. */
  readonly notReached: number;
  readonly failpointsHit: string;
  readonly requests: Readonly<Record<string, Readonly<Record<Outcome, number>>>>;
  readonly acknowledged: number;
  /** In a second of load, while there was a server. */
  readonly acknowledgedPerSecond: number;
  readonly unknown: number;
  readonly tasks: number;
  readonly runs: number;
  readonly messages: number;
  readonly checks: number;
  /** Acknowledged things that were gone, and everything else that must never be. */
  readonly violations: readonly Violation[];
  /** Tasks that nothing resolved although their deadline had passed. */
  readonly stuck: number;
  readonly slowestRestartMs: number;
  readonly seconds: number;
}

const claimMs = 3_000;
const patienceMs = 5_000;
// After a fault that a platform survives so many requests are acknowledged before it is killed.
const requestsAfterwards = 50;
const recoveryMs = 15_000;
// Longer than all attempts at a message take: what is not indexed then was given up or forgotten.
const indexingMs = 45_000;

/** Numbers that are the same for a seed: mulberry32. */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

interface Struck {
  readonly fault: Fault;
  readonly server: UpProcess;
  readonly site: Site;
  readonly history: History;
}
/** Does what the fault says. Answers whether a failpoint was reached. The server is dead afterwards. */
const inflict = async ({ fault, server, site, history }: Struck): Promise<boolean> => {
  if (fault.kind === 'failpoint') {
    const reached = await Promise.race([server.ended.then(() => true), sleep(patienceMs, false, { ref: false })]);
    await server.kill();
    return reached;
  }
  await goesOn(history, fault.after, patienceMs);
  if (fault.kind === 'postmaster') await site.killPostgres();
  if (fault.kind === 'sessions') await site.endSessions();
  if (fault.kind === 'pause') {
    process.kill(server.pid, 'SIGSTOP');
    await sleep(fault.pauseMs);
    process.kill(server.pid, 'SIGCONT');
  }
  // It has to go on by itself.
  if (fault.kind !== 'kill' && !(await goesOn(history, requestsAfterwards, recoveryMs)))
    history.violations.push({ invariant: 'the platform goes on by itself', taskId: '', detail: `not within ${recoveryMs} ms` });
  await server.kill();
  return true;
};

/** Lets clients use the server and inflicts the fault. Answers whether a failpoint was reached. */
const strike = async (storming: Progress, fault: Fault, server: UpProcess): Promise<boolean> => {
  const { site, history, random, deadlineSeconds } = storming;
  const begun = performance.now();
  const load: Load = startLoad({ ...server, history, random, deadlineSeconds });
  const reached = await inflict({ fault, server, site, history });
  storming.loadMs += performance.now() - begun;
  await load.stop();
  return reached;
};

const quiet = async (db: Database): Promise<void> => {
  while (!(await isQuiet(db))) await sleep(10);
};

/** Where a storm is. */
interface Progress {
  readonly site: Site;
  readonly history: History;
  readonly random: () => number;
  readonly deadlineSeconds: number;
  readonly byFault: Record<string, number>;
  readonly found: Violation[];
  faults: number;
  notReached: number;
  slowestRestartMs: number;
  /** How long there was a server to be used. */
  loadMs: number;
  /** Tasks created since then are looked at. */
  since: string;
}

/** Starts the platform. Undefined when a failpoint was reached before it had started: loops begin to work at once. */
const start = async (storming: Progress, fault?: Fault): Promise<UpProcess | undefined> => {
  const from = Date.now();
  const failpoint = fault?.kind === 'failpoint' ? `${fault.point}:${fault.nth}` : undefined;
  try {
    const server = await storming.site.start(failpoint);
    if (storming.faults > 0) storming.slowestRestartMs = Math.max(storming.slowestRestartMs, Date.now() - from);
    return server;
  } catch (err) {
    if (failpoint !== undefined && err instanceof Error && err.message.includes('ended with code null')) return undefined;
    throw err;
  }
};

/** One fault: the platform is started, used and struck, and what it leaves is looked at. */
const round = async (storming: Progress, fault: Fault): Promise<void> => {
  const { site, history, byFault, found } = storming;
  const from = new Date(Date.now() - 5_000).toISOString();
  const server = await start(storming, fault);
  const reached = server ? await strike(storming, fault, server) : true;
  const name = reached ? nameOf(fault) : 'kill';
  byFault[name] = (byFault[name] ?? 0) + 1;
  if (!reached) storming.notReached++;
  await site.inspect(async (db) => {
    await quiet(db);
    const wrong = await violations(db, storming.since);
    await compareWithStored(db, history);
    found.push(...[...wrong, ...history.violations.splice(0)].map((v) => ({ ...v, detail: `after ${nameOf(fault)}: ${v.detail}` })));
  });
  storming.since = from;
};

/** Kills the platform again and again while clients use it, and looks after each kill whether anything that was promised is broken. */
export const storm = async (options: StormOptions): Promise<StormReport> => {
  const { kills, first = 0, seed, embedded, limitMs = Infinity, deadlineSeconds = 30, progress = () => {} } = options;
  const random = randomOf(seed);
  const site = await openSite({ embedded, claimMs });
  const begun = Date.now();
  try {
    await (await site.start()).kill();
    const history = newHistory(await site.inspect(async (db) => (await prepare(db), currentCursor(db))));
    const counts = { faults: 0, notReached: 0, slowestRestartMs: 0, loadMs: 0, since: '-infinity' };
    const storming: Progress = { site, history, random, deadlineSeconds, byFault: {}, found: [], ...counts };
    for (; storming.faults < kills && Date.now() - begun < limitMs && storming.found.length === 0; storming.faults++) {
      const drawn = faultOf(first + storming.faults, random, claimMs);
      await round(storming, embedded && drawn.kind === 'postmaster' ? { kind: 'kill', after: drawn.after } : drawn);
      if (storming.faults % 10 === 9)
        progress(`${storming.faults + 1} faults, ${total(history, 'acknowledged')} acknowledged, ${storming.found.length} violations`);
    }
    const server = await start(storming);
    if (!server) throw new Error('The platform did not start after the last fault.');
    const end = await settle({ site, history, server, deadlineSeconds });
    return reportOf(storming, { seed, embedded, seconds: Math.round((Date.now() - begun) / 1_000), end });
  } finally {
    await site.close();
  }
};

interface Ending extends Pick<StormReport, 'seed' | 'embedded' | 'seconds'> {
  readonly end: Awaited<ReturnType<typeof settle>>;
}
const reportOf = (
  { history, byFault, faults, notReached, slowestRestartMs, loadMs, found }: Progress,
  { end, ...about }: Ending,
): StormReport => ({
  ...about,
  faults,
  byFault,
  notReached,
  failpointsHit: `${Object.keys(byFault).filter((name) => name.includes('/')).length} of ${failpoints.length}`,
  requests: history.counts,
  acknowledged: total(history, 'acknowledged'),
  acknowledgedPerSecond: Math.round(total(history, 'acknowledged') / Math.max(1, loadMs / 1_000)),
  unknown: total(history, 'unknown'),
  tasks: end.tasks,
  runs: end.runs,
  messages: history.messageCount,
  checks: (faults + 1) * invariantCount,
  violations: [...found, ...end.violations],
  stuck: end.stuck,
  slowestRestartMs,
});

const Totals = Type.Object({ tasks: Type.Integer(), runs: Type.Integer(), unresolved: Type.Integer() });
const totalsOf = async (db: Database) =>
  (await db.maybe(
    Totals,
    sql`
      select count(*)::int as tasks, coalesce(sum(json_array_length(runs)), 0)::int as runs,
        (count(*) filter (where state in ('unscheduled', 'pending', 'running')))::int as unresolved
      from queue.tasks`,
  )) ?? { tasks: 0, runs: 0, unresolved: 0 };

interface Settling {
  readonly site: Site;
  readonly history: History;
  readonly server: UpProcess;
  readonly deadlineSeconds: number;
}
/** Waits until nothing is unresolved and the search knows it, but not longer than until then. */
const resolution = async (queue: Client<typeof contract>, until: number): Promise<void> => {
  let resolved: number | undefined;
  while (Date.now() < until) {
    const asked = Date.now();
    const { tasks, continuationToken, behindMs } = await queue.searchTasks({ state: 'unscheduled,pending,running', limit: '1' });
    if (tasks.length > 0 || continuationToken !== undefined) resolved = undefined;
    else resolved ??= asked;
    if (resolved !== undefined && asked - behindMs > resolved) return;
    await sleep(50);
  }
};

/** Waits until every deadline has passed, and looks at everything once more. */
const settle = async ({ site, history, server, deadlineSeconds }: Settling) => {
  await resolution(http(contract, server), Date.now() + (deadlineSeconds + 5) * 1_000);
  const unread = await unreadable(history, server);
  await indexing(history, server, Date.now() + indexingMs);
  await server.stop();
  return site.inspect(async (db) => {
    const wrong = [...unread, ...(await violations(db, '-infinity')), ...(await unindexed(db)), ...(await undone(db))];
    // All that was ever acknowledged or sent together, not only what was touched lately.
    for (const taskId of [...history.tasks.keys(), ...history.batches.keys()]) history.touched.add(taskId);
    await listen(db, history);
    await compareWithStored(db, history);
    const { tasks, runs, unresolved: stuck } = await totalsOf(db);
    return { violations: [...wrong, ...history.violations.splice(0)], tasks, runs, stuck };
  });
};
