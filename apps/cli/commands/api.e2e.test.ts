import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import slugid from 'slugid';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../fixtures-platform.ts';
import { publishedContract } from './api/contracts.ts';
import { definitionOf } from './run/definition.ts';

let p: CommandPlatform;
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
});
afterAll(() => p.close());

const definition = () => {
  const wanted = { command: ['true'], queue: 'nobody/home', env: [], artifacts: [], name: 'by hand', maxRunTimeSeconds: 60 };
  return JSON.stringify(definitionOf(wanted, { now: new Date(), rootUrl: p.platform.rootUrl, env: {} }));
};

test('a method is called with its arguments, its query and a body from the command line, a file or stdin', async () => {
  const [first, second, third] = [slugid.nice(), slugid.nice(), slugid.nice()];
  expect(await p.run(['api', 'queue', 'createTask', first, '--body', definition()])).toMatchObject({ code: 0, err: '' });
  await writeFile(path.join(p.folder, 'task.json'), definition());
  expect((await p.run(['api', 'queue', 'createTask', second, '--body', '@task.json'])).code).toBe(0);
  expect((await p.run(['api', 'queue', 'createTask', third, '--body', '-'], { stdin: definition() })).code).toBe(0);
  const { out } = await p.run(['api', 'queue', 'status', third]);
  expect(JSON.parse(out)).toMatchObject({ status: { taskId: third, state: 'pending' } });
  const page = await p.run(['api', 'queue', 'listTaskGroup', first, '--query', 'limit=1']);
  expect(JSON.parse(page.out)).toMatchObject({ tasks: [{ status: { taskId: first } }] });
});

test('services and methods are listed', async () => {
  expect((await p.run(['api'])).out).toMatch(/^queue\t/m);
  expect((await p.run(['api', 'queue'])).out).toMatch(/^artifact\t<taskId> <runId> <name>\t/m);
});

test('mistakes are told before anything is sent', async () => {
  const message = async (...words: readonly string[]) => {
    const { code, err } = await p.run(['api', ...words]);
    expect(code).toBe(2);
    return err;
  };
  expect(await message('queue', 'sttus', 'x')).toContain('Did you mean "status"?');
  expect(await message('queu', 'status')).toContain('Did you mean "queue"?');
  expect(await message('queue', 'status')).toContain('The method takes <taskId>, and 0 were given.');
  expect(await message('queue', 'status', 'x', '--query', 'limit=1')).toContain('no query parameter "limit"');
  expect(await message('queue', 'status', 'x', '--body', '{}')).toContain('takes no body');
  expect(await message('queue', 'createTask', 'x')).toContain('needs a body');
  expect(await message('queue', 'createTask', 'x', '--body', '{a')).toContain('The body is not JSON');
  expect(await message('queue', 'createTask', 'x', '--body', '@none.json')).toContain('none.json cannot be read (ENOENT)');
});

test('a refusal of the service is told with its code', async () => {
  const { code, err } = await p.run(['api', 'queue', 'createTask', slugid.nice(), '--body', '{}']);
  expect(code).toBe(2);
  expect(err).toContain('InputValidationError');
});

test('the references that a platform publishes lead to the same calls', async () => {
  const contract = await publishedContract('queue', p.platform.rootUrl);
  expect(contract?.endpoints.status).toMatchObject({ method: 'get', route: '/task/:taskId/status' });
  expect(await publishedContract('nothing', p.platform.rootUrl)).toBeUndefined();
});
