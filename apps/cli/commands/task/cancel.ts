import { command, flag, id } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { isResolved } from '../../following/task.ts';
import { writeJson } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';
import { show } from './status.ts';

export default command({
  examples: ['taskcluster task cancel fN1SbArXTPSVFNUvaOlinQ'],
  description: 'Ends a task that is not over, with an exception of reason "canceled". A task that is over stays as it is.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { json: flag({ description: 'Print the status afterwards, in JSON.' }), ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const before = (await connection.queue.status({ taskId })).status;
    const { status } = await connection.queue.cancelTask({ taskId });
    if (isResolved(before)) terminal.stderr.write(`The task was over already (${before.state}); nothing was changed.\n`);
    if (options.json) await writeJson(terminal, status);
    else await show(terminal, connection, status);
    return exit.done;
  },
});
