import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CreateArtifact, newId, openTestArtifacts, type TestArtifacts } from './fixture.ts';

let t: TestArtifacts;
beforeAll(async () => void (t = await openTestArtifacts()));
afterAll(() => t.platform.close());

const wanted = (): CreateArtifact => ({ storageType: 'object', contentType: 'text/plain', expires: t.inHours(1) });
const refusedWith = (code: string) => expect.objectContaining({ code });

const created = async (taskId: string, name: string) => {
  const reply = await t.create(taskId, name, wanted());
  if (reply.storageType !== 'object') throw new Error(reply.storageType);
  return reply;
};

const upload = async ({ name, projectId, uploadId, expires, credentials }: Awaited<ReturnType<typeof created>>, data: string) => {
  const object = t.objectAs(credentials);
  const dataInline = { contentType: 'text/plain', objectData: Buffer.from(data).toString('base64') };
  await object.createUpload({ name }, { projectId, uploadId, expires, proposedUploadMethods: { dataInline } });
  await object.finishUpload({ name }, { projectId, uploadId });
};

test('an object is uploaded with the credentials of the reply and shown when it is finished', async () => {
  const taskId = await t.runningTask();
  const name = 'public/out [1].txt';
  const key = { taskId, runId: '0', name };
  const reply = await created(taskId, name);
  expect(reply).toMatchObject({ name: `t/${taskId}/0/${name}`, projectId: 'proj' });
  await expect(t.queue.getArtifact(key)).rejects.toEqual(refusedWith('ResourceNotFound'));
  await expect(t.queue.finishArtifact(key, { uploadId: reply.uploadId })).rejects.toEqual(refusedWith('InputError'));
  await upload(reply, 'hello');
  await expect(t.queue.finishArtifact(key, { uploadId: newId() })).rejects.toEqual(refusedWith('InputError'));
  await t.queue.reportCompleted({ taskId, runId: '0' });
  await t.queue.finishArtifact(key, { uploadId: reply.uploadId });
  await t.queue.finishArtifact(key, { uploadId: newId() });
  expect((await t.platform.announced(taskId)).slice(3)).toEqual(['task-completed', 'artifact-created', 'artifact-created']);
  const { url, storageType } = await t.queue.getArtifact(key);
  expect(storageType).toBe('object');
  expect(await (await fetch(url)).text()).toBe('hello');
});

test('the credentials of artifact-content download that object and nothing else', async () => {
  const taskId = await t.runningTask();
  // A clientId cannot have these characters.
  const name = 'out ~"{}[1].txt';
  const reply = await created(taskId, name);
  await upload(reply, 'hello');
  await t.queue.finishArtifact({ taskId, runId: '0', name }, { uploadId: reply.uploadId });
  const content = await t.queue.artifact({ taskId, runId: '0', name });
  if (content.storageType !== 'object') throw new Error(content.storageType);
  expect(content.credentials.clientId).toBe(`artifact-download/${taskId}/0/out______1_.txt`);
  const object = t.objectAs(content.credentials);
  const { url } = await object.startDownload({ name: content.name }, { acceptDownloadMethods: { simple: true } });
  expect(await (await fetch(url)).text()).toBe('hello');
  await expect(object.startDownload({ name: `${content.name}x` }, { acceptDownloadMethods: { simple: true } })).rejects.toEqual(
    refusedWith('InsufficientScopes'),
  );
});

test('a second creation conflicts, whoever began the first one', async () => {
  const taskId = await t.runningTask();
  await created(taskId, 'o');
  await expect(t.create(taskId, 'o', wanted())).rejects.toEqual(refusedWith('RequestConflict'));
  await t.object.createUpload(
    { name: `t/${taskId}/0/p` },
    { projectId: 'proj', uploadId: newId(), expires: t.inHours(1), proposedUploadMethods: {} },
  );
  await expect(t.create(taskId, 'p', wanted())).rejects.toEqual(refusedWith('RequestConflict'));
  expect((await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts.map((a) => a.name)).toEqual(['o']);
});

test('a creation that is refused reserves nothing in the object service', async () => {
  const [taskId, ended] = [await t.runningTask(), await t.runningTask()];
  await t.create(taskId, 'o', { storageType: 'reference', url: 'https://example.com', contentType: 'text/plain', expires: t.inHours(1) });
  await t.queue.reportFailed({ taskId: ended, runId: '0' });
  await expect(t.create(taskId, 'o', wanted())).rejects.toEqual(refusedWith('RequestConflict'));
  await expect(t.create(ended, 'o', wanted())).rejects.toEqual(refusedWith('RequestConflict'));
  for (const id of [taskId, ended]) {
    await t.object.createUpload(
      { name: `t/${id}/0/o` },
      { projectId: 'other', uploadId: newId(), expires: t.inHours(1), proposedUploadMethods: {} },
    );
  }
});

test('only objects are finished, and only those that exist', async () => {
  const taskId = await t.runningTask();
  const uploadId = newId();
  await t.create(taskId, 's', { storageType: 's3', contentType: 'text/plain', expires: t.inHours(1) });
  await expect(t.queue.finishArtifact({ taskId, runId: '0', name: 's' }, { uploadId })).rejects.toEqual(refusedWith('InputError'));
  await expect(t.queue.finishArtifact({ taskId, runId: '0', name: 'x' }, { uploadId })).rejects.toEqual(refusedWith('ResourceNotFound'));
  await expect(t.queue.finishArtifact({ taskId, runId: '999999999', name: 's' }, { uploadId })).rejects.toEqual(
    refusedWith('ResourceNotFound'),
  );
  await expect(t.queue.finishArtifact({ taskId: newId(), runId: '0', name: 's' }, { uploadId })).rejects.toEqual(
    refusedWith('ResourceNotFound'),
  );
});
