import { inHours, slugid } from './samples.ts';
import type { Arrange } from './situations.ts';

const added = ['sample:added', 'sample:second'];
const clientBody = (scopes: readonly string[]) => ({ description: '', expires: inHours(24), scopes: [...scopes] });

/** Both levels of credentials for another system: what reads may be asked for by whoever may write, too. */
const levels: Arrange = async (_, { params }) =>
  ['read-only', 'read-write'].map((level) => ({
    params: { ...params, level },
    scopes: { ...params, levelIsReadOnly: level === 'read-only' },
  }));

/** A question about a client, a role, some scopes and the caller; each kind needs what reading it needs. */
const subjects =
  (question: object): Arrange =>
  async (t) => {
    const roleId = `sample:${slugid()}`;
    await t.clients.auth.createRole({ roleId }, { description: '', scopes: [] });
    const clientId = 'static/taskcluster/queue';
    const none = { aboutClient: false, aboutRole: false, aboutScopes: false, clientId, roleId };
    return [
      { params: {}, body: { ...question, clientId }, scopes: { ...none, aboutClient: true } },
      { params: {}, body: { ...question, roleId }, scopes: { ...none, aboutRole: true } },
      { params: {}, body: { ...question, scopes: added }, scopes: { ...none, aboutScopes: true } },
      { params: {}, body: question, scopes: none },
    ];
  };

export const authSituations: Readonly<Record<string, Arrange>> = {
  'auth.createClient': async () => {
    const clientId = `sample/${slugid()}`;
    return [{ params: { clientId }, body: clientBody(added), scopes: { clientId, scopes: added } }];
  },
  'auth.updateClient': async (t) => {
    const clientId = `sample/${slugid()}`;
    await t.clients.auth.createClient({ clientId }, clientBody(['sample:had']));
    return [{ params: { clientId }, body: clientBody(['sample:had', ...added]), scopes: { clientId, scopesAdded: added } }];
  },
  'auth.createRole': async () => {
    const roleId = `sample:${slugid()}`;
    return [{ params: { roleId }, body: { description: '', scopes: added }, scopes: { roleId, scopes: added } }];
  },
  'auth.updateRole': async (t) => {
    const roleId = `sample:${slugid()}`;
    await t.clients.auth.createRole({ roleId }, { description: '', scopes: ['sample:had:*'] });
    // A scope that the role satisfies already is not an addition.
    const body = { description: '', scopes: ['sample:had:this', ...added] };
    return [{ params: { roleId }, body, scopes: { roleId, scopesAdded: added } }];
  },
  'auth.awsS3Credentials': levels,
  'auth.azureTableSAS': levels,
  'auth.azureContainerSAS': levels,
  'auth.githubRepoToken': async () => {
    const body = { repositories: ['One', 'two'], permissions: { contents: 'read', issues: 'write' } };
    const repoPerms = ['one', 'two'].flatMap((name) => [`${name}:contents:read`, `${name}:issues:write`]);
    return [{ params: { appName: 'App', owner: 'Owner' }, body, scopes: { appName: 'App', owner: 'owner', repoPerms } }];
  },
  'auth.explainScopes': subjects({ required: 'sample:needed' }),
  'auth.checkCall': subjects({ service: 'queue', method: 'ping' }),
};
