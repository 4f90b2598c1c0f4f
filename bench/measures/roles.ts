import { type Database, sql } from '@taskcluster/db';
import { RoleExpander } from '@taskcluster/scopes';
import type { Call } from '../load.ts';
import { latencies, type Result } from '../measure.ts';
import type { BenchPlatform } from '../platform.ts';

/** So many roles are there while anything is measured. */
const roleCount = 10_000;
const path = (roleId: string) => `auth/v1/roles/${encodeURIComponent(roleId)}`;

/** Each gives scopes of its own and another role; every tenth is for everything that begins like it. */
const roleOf = (i: number) => {
  const roleId = `bench:${i}${i % 10 === 0 ? ':*' : ''}`;
  const parameter = i % 10 === 0 ? ['index:insert-task:bench.<..>'] : [];
  return { roleId, scopes: [`queue:create-task:bench-${i}/*`, `secrets:get:bench/${i}`, `assume:bench-inner:${i}`, ...parameter] };
};

/** Makes the roles that the measures stand on: all at once, because thousands of requests would take minutes. */
export const fillRoles = async (db: Database): Promise<void> => {
  for (let i = 0; i < roleCount; i += 1_000) {
    const roles = Array.from({ length: 1_000 }, (_, n) => roleOf(i + n));
    await db.run(sql`
      insert into auth.roles (role_id, description, scopes)
      select role ->> 'roleId', 'A role of the benchmark.', array(select jsonb_array_elements_text(role -> 'scopes'))
      from jsonb_array_elements(${JSON.stringify(roles)}::jsonb) as role`);
  }
};

/** What is asked: a plain role, a role with a parameter, and what begins like a thousand of them; none is asked twice. */
const questions = [
  ['a role', (n: number) => [`assume:bench:${(n * 7919) % roleCount}`, `n:${n}`]],
  ['a role with a parameter', (n: number) => [`assume:bench:${((n * 7919) % 1_000) * 10}:${n}`]],
  ['1,111 roles by a star', (n: number) => [`assume:bench:${1 + (n % 9)}*`, `n:${n}`]],
] as const;

const timesOf = async (count: number, clock: () => number, work: (n: number) => unknown): Promise<number[]> => {
  const took: number[] = [];
  for (let n = 0; n < count; n++) {
    const begun = clock();
    await work(n);
    took.push(clock() - begun);
  }
  return took;
};
const wall = () => performance.now();

/** expandScopes with 10,000 roles: the expansion alone, and over the API. */
export async function* expand(call: Call, seconds: number): AsyncGenerator<Result> {
  const expander = new RoleExpander(Array.from({ length: roleCount }, (_, i) => roleOf(i)));
  for (const [name, question] of questions) {
    for (let n = 1; n < 100; n++) expander.expand(question(-n));
    const inside = latencies(await timesOf(500 * seconds, wall, (n) => expander.expand(question(n))));
    yield { name: `expand ${name}, in process`, ...inside, target: { text: 'p99 ≤ 1 ms', reached: inside.p99 <= 1 } };
    const ask = (n: number) => call('POST', 'auth/v1/scopes/expand', { body: { scopes: question(n) } });
    yield { name: `expandScopes ${name}, over the API`, ...latencies(await timesOf(50 * seconds, wall, ask)) };
  }
}

/** createRole with 10,000 roles there, one after the other. */
export async function* createRole(call: Call, seconds: number, platform: BenchPlatform): AsyncGenerator<Result> {
  const run = Date.now().toString(36);
  const create = (n: number) =>
    call('PUT', path(`bench-more:${run}:${n}`), {
      body: { description: '', scopes: [`queue:create-task:more-${n}/*`, `assume:bench:${n}`] },
    });
  await timesOf(20, wall, (n) => create(-1 - n));
  const before = await platform.processorMs();
  const took = await timesOf(50 * seconds, wall, create);
  const each = ((await platform.processorMs()) - before) / took.length;
  const result = latencies(took);
  yield { name: 'createRole, 1 at a time', ...result, target: { text: 'p99 ≤ 10 ms', reached: result.p99 <= 10 } };
  yield { name: 'createRole, processor time without PostgreSQL', text: `${each.toFixed(1)} ms each` };
}
