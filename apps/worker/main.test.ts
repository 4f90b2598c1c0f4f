import { expect, test } from 'vitest';
import { wantedOf } from './main.ts';

const environment = { TASKCLUSTER_CLIENT_ID: 'me', TASKCLUSTER_ACCESS_TOKEN: 'secret', TASKCLUSTER_ROOT_URL: 'https://tc.example.com/' };
const mistake = (argv: readonly string[], env: Record<string, string> = environment): string => {
  try {
    wantedOf(argv, env);
  } catch (err) {
    return (err as Error).message;
  }
  return 'none';
};

test('the command line and the environment make the options of a worker', () => {
  const argv = [
    '--queue',
    'proj/ci',
    '--worker-group',
    'eu',
    '--worker-id',
    'w-1',
    '--capacity',
    '3',
    '--tasks-dir',
    '/t',
    '--keep-task-dirs',
    '--max-run-time',
    '60',
  ];
  expect(wantedOf(argv, { ...environment, TASKCLUSTER_CERTIFICATE: '{}' })).toMatchObject({
    rootUrl: 'https://tc.example.com',
    credentials: { clientId: 'me', accessToken: 'secret', certificate: '{}' },
    taskQueueId: 'proj/ci',
    workerGroup: 'eu',
    workerId: 'w-1',
    capacity: 3,
    tasksDir: '/t',
    cleanUpTaskDirs: false,
    settings: { maxTaskRunTime: 60 },
  });
});

test('without options it works for the local platform', () => {
  expect(wantedOf([], { TASKCLUSTER_CLIENT_ID: 'me', TASKCLUSTER_ACCESS_TOKEN: 'secret' })).toMatchObject({
    rootUrl: 'http://localhost:8080',
    taskQueueId: 'local/default',
    workerGroup: 'local',
    workerId: expect.stringMatching(/^[\w-]{1,38}$/),
    cleanUpTaskDirs: true,
  });
  expect(wantedOf(['--help'], {})).toBe('help');
});

test('mistakes are named, and secrets are not', () => {
  expect(mistake(['--capacity', '0'])).toContain('--capacity');
  expect(mistake(['--capacity', '1e3'])).toContain('--capacity');
  expect(mistake(['--queue', 'default'])).toContain('--queue');
  expect(mistake(['--worker-id', 'a b'])).toContain('--worker-id');
  expect(mistake(['--root-url', 'tc.example.com'])).toContain('root URL');
  expect(mistake(['--colour', 'red'])).toContain('--colour');
  expect(mistake(['extra'])).toContain('extra');
  expect(mistake([], { TASKCLUSTER_ACCESS_TOKEN: 'secret' })).toMatch(/TASKCLUSTER_CLIENT_ID(?![^]*secret)/);
});
