import { command, flag, text, whole } from '../arguments/command.ts';
import { wrongUse } from '../exit.ts';
import { dataFolderOption } from '../platform/connection.ts';
import { signIn } from '../platform/sign-in.ts';

export default command({
  examples: [
    'taskcluster worker --queue local/default --capacity 4',
    'taskcluster worker --root-url https://tc.example.com --queue office/mac --worker-group berlin --worker-id mini-1',
  ],
  description:
    'Takes tasks from a queue and runs them on this machine, as the user that you are now.\n' +
    'Its credentials need the scopes queue:claim-work:<queue> and queue:worker-id:<group>/<id>, and web:read-pulse to stop cancelled tasks at once.\n' +
    'Ctrl-C or SIGTERM stops it: its tasks are killed and run again elsewhere.',
  positionals: {},
  options: {
    'root-url': text({ placeholder: 'URL', description: 'The platform (TASKCLUSTER_ROOT_URL, else the local one).' }),
    queue: text({
      placeholder: 'QUEUE',
      default: 'local/default',
      description: 'Whose tasks to run: provisionerId/workerType (local/default).',
    }),
    'worker-group': text({ placeholder: 'GROUP', description: 'Where this worker is (local).' }),
    'worker-id': text({ placeholder: 'ID', description: 'Its name within the group (the name of this machine).' }),
    capacity: whole({ placeholder: 'N', min: 1, max: 255, description: 'Run this many tasks at a time (one for each processor).' }),
    'tasks-dir': text({ placeholder: 'DIR', description: 'Where tasks get their folders (tasks).' }),
    'keep-task-dirs': flag({ description: 'Do not delete the folder of a task that is over.' }),
    'max-run-time': whole({
      placeholder: 'S',
      min: 1,
      max: 2_592_000,
      description: 'The longest maxRunTime that a task may ask for, in seconds (86400).',
    }),
    verbose: flag({ description: 'Say more.' }),
    ...dataFolderOption,
  },
  run: async ({ options: { 'data-dir': dataFolder, 'root-url': rootUrl, ...options }, terminal }) => {
    if (rootUrl !== undefined && dataFolder !== undefined)
      throw wrongUse('--root-url and --data-dir both say which platform is meant. Leave one of them out.');
    const env = rootUrl === undefined ? terminal.env : { ...terminal.env, TASKCLUSTER_ROOT_URL: rootUrl };
    const found = await signIn({ env, folder: terminal.folder }, dataFolder);
    // A worker reads its credentials from the environment, wherever it runs; those of the data folder are put there.
    if (found.credentials)
      Object.assign(process.env, {
        TASKCLUSTER_CLIENT_ID: found.credentials.clientId,
        TASKCLUSTER_ACCESS_TOKEN: found.credentials.accessToken,
      });
    const argv = Object.entries({ 'root-url': found.rootUrl, ...options }).flatMap(([name, value]) => {
      if (value === undefined || value === false) return [];
      return value === true ? [`--${name}`] : [`--${name}`, String(value)];
    });
    const { runWorker } = await import('@taskcluster/worker/main');
    return await runWorker(argv);
  },
});
