import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from './fixture.ts';

let t: TestServer;
let folder: string;
const script = 'console.log("page");'.repeat(100);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  const dist = join(folder, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(dist, 'index.html'), '<title>page</title>');
  await writeFile(join(dist, 'assets/main-a1B2_c3D.js'), script);
  await writeFile(join(dist, 'icon.svg'), '<svg/>');
  await writeFile(join(folder, 'secret.key'), 'sesame');
  t = await openTestServer({ page: { folder: dist } });
});
afterAll(async () => {
  await t.close();
  await rm(folder, { recursive: true });
});
const get = (path: string, headers: Readonly<Record<string, string>> = {}) => t.ask('GET', path, { as: 'nobody', headers });

test('the files are served with their types', async () => {
  expect(await get('/')).toMatchObject({
    status: 200,
    text: '<title>page</title>',
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
  expect(await get('/icon.svg?v=1')).toMatchObject({ text: '<svg/>', headers: { 'content-type': 'image/svg+xml' } });
  expect((await get('/assets/main-a1B2_c3D.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
});

test('every view has an address that can be shared', async () => {
  for (const path of ['/tasks/abc/runs/0', '/groups', '/a.b/c', '/apis'])
    expect(await get(path)).toMatchObject({ status: 200, text: '<title>page</title>' });
});

test('a probe never gets the page instead of its answer', async () => {
  for (const path of ['/__lbheartbeat__', '/__lbheartbeat__/', '/__heartbeat__/x'])
    expect(await get(path)).toMatchObject({ status: 200, text: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } });
});

test('what belongs to the API or is an asset that is gone is not a view', async () => {
  for (const path of ['/api', '/api/', '/api/toy/v1/nope', '/references/x', '/schemas/x', '/assets/old-00000000.js'])
    expect(await get(path)).toMatchObject({ status: 404, json: { error: 'Not found' } });
  expect((await t.ask('POST', '/tasks', { as: 'nobody' })).status).toBe(404);
});

test.each([
  '/../secret.key',
  '/assets/../../secret.key',
  '/%2e%2e/secret.key',
  '/..%2fsecret.key',
  '/assets/..%5c..%5csecret.key',
  '//secret.key',
  '/./../secret.key',
  '/index.html/../../secret.key',
])('%s leads to nothing outside of the page', async (path) => {
  expect((await get(path)).text).not.toContain('sesame');
});

test('the page loads nothing from elsewhere, is framed by nobody, and tells nobody where it was', async () => {
  for (const path of ['/', '/tasks/x', '/assets/main-a1B2_c3D.js']) {
    const { headers } = await get(path);
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    // Other sites may use the API, but not read the page.
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('what has its hash in its name is kept for a year, and all else is asked for again', async () => {
  expect((await get('/assets/main-a1B2_c3D.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await get('/')).headers['cache-control']).toBe('no-cache');
});

test('files are packed as the browser accepts it', async () => {
  const packed = (accepted: string) => get('/assets/main-a1B2_c3D.js', { 'accept-encoding': accepted });
  const brotli = await packed('gzip, deflate, br');
  expect([brotli.headers['content-encoding'], brotliDecompressSync(brotli.body).toString()]).toEqual(['br', script]);
  const gzip = await packed('gzip, br;q=0');
  expect([gzip.headers['content-encoding'], gunzipSync(gzip.body).toString()]).toEqual(['gzip', script]);
  const plain = await packed('identity');
  expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, script]);
  expect(plain.headers.vary).toBe('accept-encoding');
});

test('HEAD tells the same without the file', async () => {
  const { status, headers, text } = await t.ask('HEAD', '/', { as: 'nobody' });
  expect([status, headers['content-type'], text]).toEqual([200, 'text/html; charset=utf-8', '']);
});
