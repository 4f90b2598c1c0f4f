import type { TestPlatform } from '@taskcluster/server/testing';
import { inHours, slugid } from './samples.ts';
import type { Arrange } from './situations.ts';

const projectId = 'sample-project';

const anUpload = async ({ clients }: TestPlatform) => {
  const [name, uploadId] = [`sample/${slugid()}`, slugid()];
  await clients.object.createUpload({ name }, { projectId, uploadId, expires: inHours(1), proposedUploadMethods: {} });
  return { name, uploadId };
};

export const objectSituations: Readonly<Record<string, Arrange>> = {
  'object.createUpload': async () => {
    const name = `sample/${slugid()}`;
    const body = { projectId, uploadId: slugid(), expires: inHours(1), proposedUploadMethods: {} };
    return [{ params: { name }, body, scopes: { projectId, name } }];
  },
  'object.finishUpload': async (t) => {
    const { name, uploadId } = await anUpload(t);
    return [{ params: { name }, body: { projectId, uploadId }, scopes: { projectId, name } }];
  },
  'object.appendStream': async () => {
    const run = `${slugid()}/0`;
    const name = `t/${run}/${'s'.repeat(22)}/sample.log`;
    return [{ params: { name }, scopes: { name, run } }];
  },
};
