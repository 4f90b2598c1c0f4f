import { command, flag } from '../arguments/command.ts';
import { exit } from '../exit.ts';
import { write, writeJson } from '../output/terminal.ts';
import manifest from '../package.json' with { type: 'json' };

export default command({
  examples: ['taskcluster version'],
  description: 'Prints the version of this program and of the Node that runs it.',
  positionals: {},
  options: { json: flag({ description: 'Print JSON: {version, node}.' }) },
  run: async ({ options, terminal }) => {
    const { version } = manifest;
    if (options.json) await writeJson(terminal, { version, node: process.versions.node });
    else await write(terminal.stdout, `taskcluster ${version} (Node ${process.versions.node})\n`);
    return exit.done;
  },
});
