import path from 'node:path';
import { command, flag, text, whole } from '../arguments/command.ts';
import { defaultDataFolder } from '../platform/credentials-file.ts';

export default command({
  examples: ['taskcluster up', 'taskcluster up --port 9000 --data-dir /var/lib/taskcluster --workers 4'],
  description:
    'Starts the platform on this machine: its services, a database, a web page, and a worker for the queue local/default.\n' +
    'Everything is kept in the data folder. Ctrl-C stops it; starting it again goes on where it was.',
  positionals: {},
  options: {
    port: whole({ placeholder: 'N', min: 0, max: 65535, default: 8080, description: 'Listen on this port (8080); 0 takes a free one.' }),
    host: text({ placeholder: 'ADDRESS', default: '127.0.0.1', description: 'Listen on this address (127.0.0.1: this machine only).' }),
    'data-dir': text({ placeholder: 'DIR', default: defaultDataFolder, description: 'Keep everything in this folder (.taskcluster).' }),
    workers: whole({ placeholder: 'N', min: 1, max: 1000, description: 'Run this many tasks at a time (one for each processor).' }),
    'no-worker': flag({ description: 'Start no worker: tasks wait until one comes from elsewhere.' }),
  },
  run: async ({ options, terminal }) => {
    const { runUp } = await import('@taskcluster/server');
    const { stdout, stderr, folder } = terminal;
    return await runUp(
      {
        port: options.port,
        host: options.host,
        dataDir: path.resolve(folder, options['data-dir']),
        ...(options.workers !== undefined && { workers: options.workers }),
        worker: !options['no-worker'],
      },
      { stdout, stderr },
    );
  },
});
