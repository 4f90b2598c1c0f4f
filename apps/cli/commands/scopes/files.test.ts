import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../fixtures.ts';

const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
const roles = [
  { roleId: 'base', scopes: ['queue:create-task:low:*', 'queue:scheduler-id:-'] },
  { roleId: 'project:*', scopes: ['assume:base', 'queue:route:index.<..>.*'] },
  { roleId: 'anonymous', scopes: ['queue:status:*'] },
];
const clients = [
  { clientId: 'ci/build', scopes: ['assume:project:web'], expires: '2100-01-01T00:00:00Z', disabled: false },
  { clientId: 'ci/old', scopes: [], expires: '2020-01-01T00:00:00Z' },
];
const filesOf = {
  'roles.json': JSON.stringify(roles, null, 2),
  'page.json': JSON.stringify({ roles: roles.slice(0, 1) }),
  'rest.json': JSON.stringify({ roles: roles.slice(1) }),
  'clients.json': JSON.stringify({ clients }),
  'new.json': JSON.stringify([{ roleId: 'base', scopes: ['queue:create-task:low:*', 'extra'] }, roles[1]]),
  'none.json': '{}',
  'broken.json': '{"roles": [',
  'circle.json': JSON.stringify(
    [...roles, { roleId: 'more', scopes: ['assume:more-or-less'] }, { roleId: 'more*', scopes: ['assume:more'] }],
    null,
    2,
  ),
  'hole.json': JSON.stringify([{ roleId: 'a' }]),
  'parameter.json': JSON.stringify([{ roleId: 'x*', scopes: ['fine', 'a<..>b<..>'] }], null, 2),
  'stars.json': '[\n{"roleId": "x",\n "scopes": [\n"a**"]}]',
  'twice.json': '[\n{"roleId": "x", "scopes": []},\n{"roleId": "x", "scopes": []}]',
  'nameless.json': '[\n{"roleId": "x", "scopes": []},\n{"scopes": []}]',
  'letters.json': '[{"roleId": "x", "scopes": ["é"]}]',
  'unfinished.json': JSON.stringify({ clients, continuationToken: 'abc' }),
  'date.json': JSON.stringify([{ clientId: 'c', scopes: [], expires: 'soon' }]),
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taskcluster-scopes-'));
  for (const [name, text] of Object.entries(filesOf)) await writeFile(path.join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// No platform, no credentials: the environment is empty.
const scopes = (...words: readonly string[]) => run(['scopes', ...words], { folder, env: {} });
const given = ['--roles', 'roles.json', '--clients', 'clients.json'];

describe('answers from files', () => {
  test('why: the chain of roles of a client, with what everybody holds', async () => {
    expect(await scopes('why', 'ci/build', 'queue:create-task:low:proj/ci', ...given)).toEqual({
      code: 0,
      err: '',
      out: `✓ ci/build has queue:create-task:low:proj/ci

  assume:project:web  the client has it
  └ assume:base  from role project:*
    └ queue:create-task:low:*  from role base
      which covers queue:create-task:low:proj/ci
`,
    });
    const everybody = await scopes('why', 'ci/old', 'queue:status:x', ...given);
    expect(everybody.out).toContain('But the client has expired, so its requests are refused.');
    expect(everybody.out).toContain('assume:anonymous  everybody has it');
  });

  test('why: what is missing ends with 1 and names a role that would help; roles may come in several files', async () => {
    const { code, out } = await scopes(
      'why',
      'ci/build',
      'queue:route:index.api.x',
      '--roles',
      'page.json',
      '--roles',
      'rest.json',
      ...given.slice(2),
    );
    expect(code).toBe(1);
    expect(out).toContain('assume:project:api  5 scopes in all');
    expect((await scopes('why', 'project:*', 'queue:route:index.x.y', '--role', '--roles', 'roles.json')).out).toContain('the role itself');
  });

  test('check: a call that is allowed, one that is not, and one that depends on more', async () => {
    expect((await scopes('check', 'ci/build', 'queue.status', taskId, ...given)).out).toMatch(/^✓ ci\/build may call queue\.status\n/);
    const refused = await scopes('check', 'ci/build', 'queue.listTaskGroup', taskId, '--json', ...given);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ decided: true, satisfied: false, missing: `queue:list-task-group:${taskId}` });
    const unknown = await scopes('check', 'ci/build', 'queue.cancelTask', taskId, ...given);
    expect(unknown.code).toBe(2);
    expect(unknown.out).toContain('--param schedulerId=…  a text, from what is stored');
    expect((await scopes('check', 'base', 'queue.ping', '--role', '--roles', 'roles.json')).out).toContain('is open to everybody');
  });

  test('impact: who gains and loses what; without clients only the roles', async () => {
    expect(await scopes('impact', 'base', '--add', 'extra', '--remove', 'queue:scheduler-id:-', ...given)).toEqual({
      code: 0,
      err: '2 roles and 1 client would gain or lose scopes.\n',
      out: [
        'role\tbase\t+\textra',
        'role\tbase\t-\tqueue:scheduler-id:-',
        'role\tproject:*\t+\textra',
        'role\tproject:*\t-\tqueue:scheduler-id:-',
        'client\tci/build\t+\textra',
        'client\tci/build\t-\tqueue:scheduler-id:-',
        '',
      ].join('\n'),
    });
    expect((await scopes('impact', 'base', '--delete', '--roles', 'roles.json')).err).toBe(
      '2 roles would gain or lose scopes. Give --clients FILE to see which clients.\n',
    );
    const refused = await scopes('impact', 'base', '--add', 'assume:project:web', ...given);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('in a circle: base -> project:* -> base.');
  });

  test('compare: two files of roles, whichever roles differ', async () => {
    const { code, out, err } = await scopes('compare', 'roles.json', 'new.json', '--clients', 'clients.json');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'Everybody, signed in or not; besides, 3 roles and 1 client would gain or lose scopes.\n',
    });
    expect(out.split('\n').slice(0, 4)).toEqual([
      'everybody\tassume:anonymous\t-\tqueue:status:*',
      'role\tanonymous\t-\tqueue:status:*',
      'role\tbase\t+\textra',
      'role\tbase\t-\tqueue:scheduler-id:-',
    ]);
    expect(JSON.parse((await scopes('compare', 'roles.json', 'roles.json', '--json')).out)).toEqual({ changes: [] });
  });

  test('expand: a scope per line', async () => {
    expect(await scopes('expand', 'assume:project:web', 'a', '--roles', 'roles.json')).toEqual({
      code: 0,
      err: '',
      out: 'a\nassume:base\nassume:project:web\nqueue:create-task:low:*\nqueue:route:index.web.*\nqueue:scheduler-id:-\n',
    });
    expect(JSON.parse((await scopes('expand', 'a*', 'ab', '--roles', 'roles.json', '--json')).out)).toEqual({
      scopes: expect.arrayContaining(['a*']),
    });
  });

  test('satisfies: roles are needed only where they matter', async () => {
    expect(await scopes('satisfies', '--have', 'queue:*', '--need', 'queue:status:x')).toEqual({
      code: 0,
      err: '',
      out: '✓ The scopes are enough\n\n  queue:*  given\n  which covers queue:status:x\n',
    });
    expect(await scopes('satisfies', '--have', 'queue:*', '--need', 'auth:x', '--need', 'queue:y')).toEqual({
      code: 1,
      err: '',
      out: '✕ The scopes are not enough\n\nMissing\n  auth:x\n',
    });
    expect((await scopes('satisfies', '--have', 'assume:base', '--need', 'queue:scheduler-id:-')).code).toBe(4);
    expect((await scopes('satisfies', '--have', 'assume:base', '--need', 'queue:scheduler-id:-', '--roles', 'roles.json')).code).toBe(0);
  });
});

test.each([
  ['why x a --roles', 'absent.json', 'absent.json cannot be read (ENOENT). Check its path.'],
  ['why x a --roles', 'none.json', 'none.json has no list of roles. Give what "taskcluster api auth listRoles" prints'],
  ['why x a --roles', 'broken.json', 'broken.json is not JSON: '],
  ['why x a --roles', 'hole.json', 'hole.json:1: a has no list of scopes. Write "scopes": ["…"], or "scopes": [] for none.'],
  ['why x a --roles', 'parameter.json', 'parameter.json:6: Scope a<..>b<..> of role x* contains <..> more than once; use it once.'],
  ['why x a --roles', 'stars.json', 'stars.json:4: Scope a** of role x ends in more than one star. Leave one star at the end.'],
  ['why x a --roles', 'twice.json', 'twice.json:3: There is x already, at twice.json:2. Leave out one of them.'],
  ['why x a --roles', 'nameless.json', 'nameless.json, entry 2: An entry has no proper `roleId`. Give it one in printable ASCII.'],
  ['why x a --roles', 'letters.json', 'letters.json:1: "é" of x is no scope. Write scopes as texts in printable ASCII.'],
  [
    'why x a --roles',
    'roles.json',
    'What x holds is not known. Give the clients with --clients FILE, or --role if it is the name of a role.',
  ],
  ['why me a --roles', 'roles.json', 'In files nobody is signed in, so there is no `me`. Give the name of a client.'],
  ['why bass a --role --roles', 'roles.json', 'There is no role bass in the file. Did you mean "base"?'],
  ['why ci/bild a --roles roles.json --clients', 'clients.json', 'There is no client ci/bild in the file. Did you mean "ci/build"?'],
  ['why ci/build a --roles roles.json --clients', 'unfinished.json', 'unfinished.json is a page of a longer list'],
  ['why c a --roles roles.json --clients', 'date.json', 'date.json:1: `expires` of c is not a time. Write it like 2030-01-31T12:00:00Z.'],
  ['why c a --clients', 'clients.json', 'There are clients in a file and no roles. Give the roles with --roles FILE too.'],
  ['why base a --role --data-dir . --roles', 'roles.json', 'With --roles no platform is asked. Leave out --data-dir.'],
  ['why base é --role --roles', 'roles.json', 'What is asked for is no scope expression.'],
  ['check base queue.status x --role --roles', 'roles.json', 'The parameter `taskId` does not match'],
  ['compare roles.json', 'stars.json', 'stars.json:4: '],
  ['expand --roles', 'roles.json', 'SCOPE: at least one scope was expected.'],
  ['satisfies --have a --roles', 'roles.json', 'It is not said what is needed. Give it with --need SCOPE.'],
])('%s %s is told with what to do', async (words, file, message) => {
  const { code, out, err } = await scopes(...words.split(' '), file);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});

test('roles that grant each other in a circle are named with their places', async () => {
  const { code, err } = await scopes('expand', 'a', '--roles', 'circle.json');
  expect(code).toBe(2);
  expect(err).toContain('The roles grant each other in a circle: more -> more* -> more.');
  expect(err).toContain('\n  circle.json:23: more\n  circle.json:29: more*\n');
});
