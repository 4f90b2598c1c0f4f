import { command, flag, id } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { writeJson } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';
import { show } from './status.ts';

export default command({
  examples: ['taskcluster task rerun fN1SbArXTPSVFNUvaOlinQ && taskcluster log --follow fN1SbArXTPSVFNUvaOlinQ'],
  description: 'Starts another run of a task that is over, or was not scheduled yet. A task that is pending or running stays as it is.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { json: flag({ description: 'Print the status afterwards, in JSON.' }), ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const before = (await connection.queue.status({ taskId })).status;
    const { status } = await connection.queue.rerunTask({ taskId });
    if (before.runs.length === status.runs.length) terminal.stderr.write(`The task is ${before.state} already; nothing was changed.\n`);
    if (options.json) await writeJson(terminal, status);
    else await show(terminal, connection, status);
    return exit.done;
  },
});
