import { slugid } from './samples.ts';
import type { Arrange } from './situations.ts';

const namespaceOf =
  (body?: object): Arrange =>
  async () =>
    ['', 'sample.inside'].map((namespace) => ({ params: { namespace }, ...(body && { body }), scopes: { namespace } }));

export const indexSituations: Readonly<Record<string, Arrange>> = {
  'index.listNamespaces': namespaceOf(),
  'index.listTasks': namespaceOf(),
  'index.listNamespacesPost': namespaceOf({}),
  'index.listTasksPost': namespaceOf({}),
  'index.findTasksAtIndex': async () => {
    const indexes = [`sample.${slugid()}`, `sample.${slugid()}`];
    return [{ params: {}, body: { indexes }, scopes: { indexPaths: indexes } }];
  },
};
