import { command, flag, id } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { isResolved, taskStatuses } from '../../following/task.ts';
import { reasonText, stateText } from '../../output/state.ts';
import { styleFor } from '../../output/style.ts';
import { write } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';
import { statusCode } from './status.ts';

export default command({
  examples: ['taskcluster task watch fN1SbArXTPSVFNUvaOlinQ', 'taskcluster task watch fN1SbArXTPSVFNUvaOlinQ --json'],
  description:
    'Says each change of a task as it happens, until the task is over; status 1 if it failed or ended with an exception.\n' +
    'To a pipe: the time, the run, the state and the reason with tabs between them. A broken connection goes on where it broke.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { json: flag({ description: 'Print the whole status at each change, one JSON object to a line.' }), ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const { stdout, env } = terminal;
    const style = styleFor(stdout, env);
    const stop = new AbortController();
    let told = '';
    try {
      for await (const status of taskStatuses(connection, taskId, stop.signal)) {
        const run = status.runs.at(-1);
        // Messages about a retry carry the same status, and what was on its way when a connection broke comes again.
        const now = `${status.runs.length}/${status.state}`;
        if (now === told) continue;
        told = now;
        const reason = run?.reasonResolved ?? '';
        const time = run?.resolved ?? run?.started ?? run?.scheduled ?? new Date().toISOString();
        if (options.json) await write(stdout, `${JSON.stringify(status)}\n`);
        else if (!stdout.isTTY) await write(stdout, `${time}\t${run?.runId ?? ''}\t${status.state}\t${reason}\n`);
        else {
          const why = reasonText(run?.reasonResolved);
          await write(
            stdout,
            `${style.dim(time.slice(11, 19))}  ${stateText(status.state, style)}${run && run.runId > 0 ? style.dim(`  run ${run.runId}`) : ''}${why ? `: ${why}` : ''}\n`,
          );
        }
        if (isResolved(status)) return statusCode(status);
      }
    } finally {
      stop.abort();
    }
    return exit.done;
  },
});
