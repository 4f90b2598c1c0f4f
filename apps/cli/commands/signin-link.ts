import path from 'node:path';
import { command, text } from '../arguments/command.ts';
import { CommandError, exit } from '../exit.ts';
import { write } from '../output/terminal.ts';
import { defaultDataFolder } from '../platform/credentials-file.ts';

export default command({
  examples: ['taskcluster signin-link'],
  description: 'Prints a new link that signs a browser in to the web page of the local platform. It works once, within 15 minutes.',
  positionals: {},
  options: {
    'data-dir': text({ placeholder: 'DIR', default: defaultDataFolder, description: 'The data folder of the platform (.taskcluster).' }),
  },
  run: async ({ options, terminal }) => {
    const { newSignInLink } = await import('@taskcluster/server');
    const link = await newSignInLink(path.resolve(terminal.folder, options['data-dir'])).catch((err: unknown) => {
      throw err instanceof Error && err.name === 'UpError' ? new CommandError(err.message, exit.unreachable, err) : err;
    });
    await write(terminal.stdout, `${link}\n`);
    return exit.done;
  },
});
