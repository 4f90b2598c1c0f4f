/**
 * What the clients of the platform itself may do, by the name behind `static/taskcluster/` (auth.md, section 2, "Static clients"):
 * root, and one for each service that calls others, with exactly the scopes that it needs. The names are a promise to whoever
 * configures them, so services that are not there yet are among them.
 */
export const builtInScopes: Readonly<Record<string, readonly string[]>> = Object.freeze({
  root: ['*'],
  'built-in-workers': ['queue:claim-work:built-in/*', 'queue:worker-id:built-in/*'],
  github: [
    'assume:repo:github.com/*',
    'assume:scheduler-id:taskcluster-github/*',
    'auth:expand-scopes',
    'hooks:trigger-hook:*',
    'queue:cancel-task-group:taskcluster-github/*',
    'queue:get-artifact:public/github/customCheckRunAnnotations.json',
    'queue:get-artifact:public/github/customCheckRunText.md',
    'queue:get-artifact:public/logs/live_backing.log',
    'queue:list-artifacts:*',
    'queue:list-task-group:*',
    'queue:route:checks',
    'queue:route:statuses',
    'queue:scheduler-id:taskcluster-github',
    'queue:seal-task-group:taskcluster-github/*',
  ],
  hooks: ['assume:hook-id:*', 'notify:email:*', 'queue:create-task:*'],
  index: ['queue:get-artifact:*', 'queue:get-task:*'],
  notify: ['queue:get-task:*'],
  object: [],
  'purge-cache': [],
  queue: ['*'],
  secrets: [],
  'web-server': [
    'assume:github-org-admin:*',
    'assume:github-team:*',
    'assume:login-identity:*',
    'assume:mozilla-group:*',
    'assume:mozillians-group:*',
    ...['create-client', 'delete-client', 'disable-client', 'enable-client', 'reset-access-token', 'update-client'].flatMap((verb) => [
      `auth:${verb}:github/*`,
      `auth:${verb}:mozilla-auth0/*`,
    ]),
  ],
  'worker-manager': [
    'assume:worker-id:*',
    'assume:worker-pool:*',
    'assume:worker-type:*',
    'auth:create-client:worker/*',
    'notify:email:*',
    'queue:claim-work:*',
    'queue:claimed-count:*',
    'queue:pending-count:*',
    'queue:worker-id:*',
    'secrets:get:worker-pool:*',
    'secrets:get:worker-type:*',
    'worker-manager:remove-worker:*',
    'worker-manager:reregister-worker:*',
    'worker-manager:should-worker-terminate:*',
  ],
});

export const builtInPrefix = 'static/taskcluster/';
