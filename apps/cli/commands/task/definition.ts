import { command, id } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { writeJson } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';

export default command({
  examples: [
    'taskcluster task definition fN1SbArXTPSVFNUvaOlinQ',
    'taskcluster task definition fN1SbArXTPSVFNUvaOlinQ | jq .payload.command',
  ],
  description: 'Prints the definition of a task as JSON, with everything filled in that its author left out.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const { queue } = await connect(terminal, options['data-dir']);
    await writeJson(terminal, await queue.task({ taskId }));
    return exit.done;
  },
});
