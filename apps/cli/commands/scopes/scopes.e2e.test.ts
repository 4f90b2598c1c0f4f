import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../../fixtures-platform.ts';

let p: CommandPlatform;
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
  const { auth } = p.platform.clients;
  const role = (roleId: string, ...scopes: readonly string[]) => auth.createRole({ roleId }, { description: '', scopes });
  await role('base', 'queue:create-task:low:*', 'queue:scheduler-id:-');
  await role('project:*', 'assume:base', 'queue:route:index.<..>.*');
  await role('admin', 'queue:*', 'auth:*', 'index:*');
  const expires = new Date(Date.now() + 86_400_000).toISOString();
  await auth.createClient({ clientId: 'ci/build' }, { description: '', expires, scopes: ['assume:project:web'] });
});
afterAll(() => p.close());

const scopes = (...words: readonly string[]) => p.run(['scopes', ...words]);

test('why: the chain of roles to the scope', async () => {
  expect(await scopes('why', 'ci/build', 'queue:create-task:low:proj/ci')).toEqual({
    code: 0,
    err: '',
    out: `✓ ci/build has queue:create-task:low:proj/ci

  assume:project:web  the client has it
  └ assume:base  from role project:*
    └ queue:create-task:low:*  from role base
      which covers queue:create-task:low:proj/ci
`,
  });
  expect((await scopes('why', 'ci/build', 'queue:route:index.web.x')).out).toContain('from role project:*, where <..> is "web"');
});

test('why: what is missing, the smallest grant, and the roles that carry it', async () => {
  expect(await scopes('why', 'ci/build', '{"AnyOf": [{"AllOf": ["a", "b"]}, "queue:route:index.api.x"]}')).toEqual({
    code: 1,
    err: '',
    out: `✕ ci/build lacks what is asked for

Missing
  {
    "AnyOf": [
      {
        "AllOf": [
          "a",
          "b"
        ]
      },
      "queue:route:index.api.x"
    ]
  }

The smallest grant
  queue:route:index.api.x

Or a role that carries it; grant one of these to ci/build
  assume:admin  4 scopes in all
  assume:project:api  5 scopes in all
`,
  });
});

test('why: a role, and whoever asks', async () => {
  expect((await scopes('why', 'project:*', 'queue:route:index.x.y', '--role')).out).toContain('assume:project:*  the role itself');
  expect(await scopes('why', 'me', 'anything')).toEqual({
    code: 0,
    err: '',
    out: '✓ you have anything\n\n  *  you have it\n  which covers anything\n',
  });
  expect(JSON.parse((await scopes('why', 'me', 'anything', '--json')).out)).toMatchObject({ satisfied: true, proofs: [{ held: '*' }] });
});

test('why: a client that is disabled is said to be', async () => {
  await p.platform.clients.auth.disableClient({ clientId: 'ci/build' });
  expect((await scopes('why', 'ci/build', 'queue:scheduler-id:-')).out).toContain(
    'But the client is disabled, so its requests are refused.',
  );
  await p.platform.clients.auth.enableClient({ clientId: 'ci/build' });
});

test('check: a call that is allowed, one that is not, and one that anybody may make', async () => {
  const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
  const params = ['--param', 'schedulerId=-', '--param', `taskGroupId=${taskId}`, '--param', 'projectId=none'];
  const refused = await scopes('check', 'ci/build', 'queue.cancelTask', taskId, ...params);
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('✕ ci/build may not call queue.cancelTask');
  expect(refused.out).toContain(`The smallest grant\n  queue:cancel-task:-/${taskId}/${taskId}\n`);
  const allowed = await scopes('check', 'admin', 'queue.cancelTask', taskId, ...params, '--role');
  expect(allowed).toMatchObject({ code: 0, err: '' });
  expect(allowed.out).toMatch(/^✓ role admin may call queue\.cancelTask\n/);
  expect(await scopes('check', 'ci/build', 'queue.ping')).toEqual({ code: 0, err: '', out: '✓ queue.ping is open to everybody\n' });
});

test('check: the body decides too', async () => {
  const body = {
    taskQueueId: 'proj/ci',
    created: new Date().toISOString(),
    deadline: new Date(Date.now() + 3_600_000).toISOString(),
    payload: {},
    metadata: { name: 'n', description: '', owner: 'o@example.com', source: 'https://example.com' },
  };
  const check = (changes: object) =>
    scopes('check', 'ci/build', 'queue.createTask', 'fN1SbArXTPSVFNUvaOlinQ', '--body', JSON.stringify({ ...body, ...changes }), '--json');
  expect(JSON.parse((await check({ priority: 'high' })).out)).toMatchObject({ satisfied: false });
  const { out } = await check({ priority: 'low', routes: ['index.web.x'] });
  expect(JSON.parse(out)).toMatchObject({ grant: { scopes: ['queue:create-task:project:none'] } });
});

test('check: what has to be known besides is named', async () => {
  const { code, out } = await scopes('check', 'ci/build', 'queue.cancelTask', 'fN1SbArXTPSVFNUvaOlinQ');
  expect(code).toBe(2);
  expect(out).toContain('  --param schedulerId=…  a text, from what is stored\n');
  const creation = await scopes('check', 'ci/build', 'queue.createTask', 'fN1SbArXTPSVFNUvaOlinQ');
  expect(creation.out).toContain('What comes from the payload is known when --body gives the payload.');
});

test('impact: who gains and loses what', async () => {
  expect(await scopes('impact', 'base', '--add', 'extra:*', '--remove', 'queue:scheduler-id:-')).toEqual({
    code: 0,
    err: '2 roles and 1 client would gain or lose scopes.\n',
    out: [
      'role\tbase\t+\textra:*',
      'role\tbase\t-\tqueue:scheduler-id:-',
      'role\tproject:*\t+\textra:*',
      'role\tproject:*\t-\tqueue:scheduler-id:-',
      'client\tci/build\t+\textra:*',
      'client\tci/build\t-\tqueue:scheduler-id:-',
      '',
    ].join('\n'),
  });
  const deleted = JSON.parse((await scopes('impact', 'base', '--delete', '--json')).out) as { changes: unknown[] };
  expect(deleted.changes).toHaveLength(3);
  expect((await scopes('impact', 'anonymous', '--scopes', 'queue:status:*')).err).toMatch(/^Everybody, signed in or not; besides, 1 role /);
});

test('impact: a change that would be refused', async () => {
  const { code, out } = await scopes('impact', 'base', '--add', 'assume:project:web');
  expect(code).toBe(1);
  expect(out).toContain('would be refused. The roles grant each other in a circle: base -> project:* -> base.');
});

test('expand: all that scopes come to; satisfies: the roles of the platform count', async () => {
  expect(await scopes('expand', 'assume:project:web')).toEqual({
    code: 0,
    err: '',
    out: 'assume:base\nassume:project:web\nqueue:create-task:low:*\nqueue:route:index.web.*\nqueue:scheduler-id:-\n',
  });
  expect((await scopes('satisfies', '--have', 'assume:project:web', '--need', 'queue:scheduler-id:-')).out).toContain('from role base');
});

test('files with all roles and clients give the answers of the platform', async () => {
  for (const [file, method] of [
    ['roles.json', 'listRoles'],
    ['clients.json', 'listClients'],
  ] as const)
    await writeFile(path.join(p.folder, file), (await p.run(['api', 'auth', method])).out);
  const task = ['fN1SbArXTPSVFNUvaOlinQ', '--param', 'schedulerId=-', '--param', 'taskGroupId=x', '--param', 'projectId=none'];
  for (const question of [
    ['why', 'ci/build', 'queue:create-task:low:proj/ci'],
    ['why', 'ci/build', '{"AnyOf": [{"AllOf": ["a", "b"]}, "queue:route:index.api.x"]}'],
    ['why', 'project:*', 'queue:route:index.x.y', '--role'],
    ['check', 'ci/build', 'queue.cancelTask', ...task],
    ['check', 'admin', 'queue.cancelTask', ...task, '--role'],
    ['check', 'ci/build', 'queue.cancelTask', task[0] ?? ''],
    ['check', 'ci/build', 'queue.ping'],
    ['impact', 'base', '--add', 'extra:*', '--remove', 'queue:scheduler-id:-'],
    ['impact', 'anonymous', '--scopes', 'queue:status:*'],
    ['impact', 'base', '--add', 'assume:project:web'],
    ['impact', 'project:*', '--delete'],
  ]) {
    const asked = await scopes(...question, '--json');
    const read = await p.run(['scopes', ...question, '--json', '--roles', 'roles.json', '--clients', 'clients.json'], { env: {} });
    expect({ ...read, out: JSON.parse(read.out) as unknown }, question.join(' ')).toEqual({
      ...asked,
      out: JSON.parse(asked.out) as unknown,
    });
  }
});

test('history: who changed what', async () => {
  const { auth } = p.platform.clients;
  await auth.createRole({ roleId: 'fresh' }, { description: 'one', scopes: ['a'] });
  await auth.updateRole({ roleId: 'fresh' }, { description: 'two', scopes: ['b'] });
  await auth.deleteRole({ roleId: 'fresh' });
  const { code, out, err } = await scopes('history', 'role', 'fresh');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.split('\n').map((line) => line.split('\t').slice(1))).toEqual([
    ['static/taskcluster/root', 'created', '+a'],
    ['static/taskcluster/root', 'updated', '+b, -a, description: "two"'],
    ['static/taskcluster/root', 'deleted', '-b'],
    [],
  ]);
  expect(JSON.parse((await scopes('history', 'client', 'ci/build', '--json')).out)).toMatchObject([
    { actionType: 'created' },
    { actionType: 'client disabled' },
    { actionType: 'client enabled' },
  ]);
  expect((await scopes('history', 'role', 'nothing')).err).toBe('Nothing was done to role nothing in the last 30 days.\n');
});

test('mistakes are told with what to do', async () => {
  const message = async (...words: readonly string[]) => {
    const { code, err, out } = await scopes(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    return err;
  };
  expect(await message('why', 'nobody', 'a')).toContain('There is no client nobody.');
  expect(await message('why', 'ci/build', 'é')).toContain('is no scope expression');
  expect(await message('why', 'ci/build', '{"AnyOf"')).toContain('The expression is not JSON');
  expect(await message('why', 'ci/build')).toContain('SCOPE is missing');
  expect(await message('check', 'ci/build', 'queue')).toContain('is no method');
  expect(await message('check', 'ci/build', 'queu.status', 'x')).toContain('Did you mean "queue"?');
  expect(await message('check', 'ci/build', 'queue.sttus', 'x')).toContain('Did you mean "status"?');
  expect(await message('check', 'ci/build', 'queue.constructor')).toContain('has no method');
  expect(await message('check', 'ci/build', 'queue.status')).toContain('The method takes <taskId>');
  expect(await message('check', 'ci/build', 'queue.status', 'x')).toContain('`taskId` does not match');
  expect(await message('check', 'ci/build', 'queue.ping', '--param', 'x')).toContain('has no value');
  expect(await message('impact', 'base')).toContain('Say what would become of the role');
  expect(await message('impact', 'base', '--delete', '--add', 'x')).toContain('Say what would become of the role');
  expect(await message('impact', 'base', '--remove', 'x')).toContain('does not have the scope x itself');
  expect(await message('history', 'task', 'x')).toContain('client or role was expected');
});

test('somebody without the scopes is refused, and told which are missing', async () => {
  const env = { TASKCLUSTER_ROOT_URL: p.platform.rootUrl };
  const { code, err } = await p.run(['scopes', 'why', 'ci/build', 'a'], { env });
  expect(code).toBe(3);
  expect(err).toContain('auth:get-client:ci/build');
});
