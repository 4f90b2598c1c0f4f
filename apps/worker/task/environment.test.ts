import { expect, test } from 'vitest';
import { taskEnvironment, withoutSecrets } from './environment.ts';

const run = { taskId: 'T', runId: 3, taskGroupId: 'G', rootUrl: 'http://tc', folder: '/tasks/task_T_3' };

test('commands see the environment of the worker, then that of the payload, then a fixed set that nobody can change', () => {
  const environment = taskEnvironment({
    ...run,
    worker: { PATH: '/bin', LANG: 'C', TASKCLUSTER_INSTANCE_TYPE: 'm5', TASKCLUSTER_DATA_DIR: '/data' },
    payload: { LANG: 'de', TASK_ID: 'forged', TASKCLUSTER_ROOT_URL: 'http://evil' },
  });
  expect(environment).toEqual({
    PATH: '/bin',
    LANG: 'de',
    TASK_ID: 'T',
    RUN_ID: '3',
    TASK_GROUP_ID: 'G',
    TASK_WORKDIR: '/tasks/task_T_3',
    TASKCLUSTER_ROOT_URL: 'http://tc',
    TASKCLUSTER_INSTANCE_TYPE: 'm5',
  });
});

test('secrets of the platform and of the machine stay with the worker', () => {
  const secrets = {
    TASKCLUSTER_ACCESS_TOKEN: 'x',
    TASKCLUSTER_CLIENT_ID: 'x',
    TASKCLUSTER_CERTIFICATE: 'x',
    DATABASE_URL: 'x',
    READ_DATABASE_URL: 'x',
    PGPASSWORD: 'x',
    AMQP_URL: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SESSION_TOKEN: 'x',
    SESSION_SECRET: 'x',
    GITHUB_TOKEN: 'x',
    BACKUP: 'postgres://me:word@host/db',
    NODE_OPTIONS: '--inspect',
    npm_config_user_agent: 'npm',
  };
  expect(
    withoutSecrets({ ...secrets, PATH: '/bin', HOME: '/root', PROXY: 'http://proxy:3128', KEYBOARD: 'us', MISSING: undefined }),
  ).toEqual({
    PATH: '/bin',
    HOME: '/root',
    PROXY: 'http://proxy:3128',
    KEYBOARD: 'us',
  });
});

test('a payload may set variables whose names look like secrets: they are its own', () => {
  expect(taskEnvironment({ ...run, worker: {}, payload: { MY_TOKEN: 'mine' } }).MY_TOKEN).toBe('mine');
});
