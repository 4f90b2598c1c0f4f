import type { TaskStatus } from '@taskcluster/contracts';
import { command, flag, id } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { isResolved, type Run } from '../../following/task.ts';
import { duration } from '../../output/duration.ts';
import { paintState, reasonText, stateLabel, stateText } from '../../output/state.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { type Terminal, write, writeJson } from '../../output/terminal.ts';
import { type Connection, connect, dataFolderOption } from '../../platform/connection.ts';

export default command({
  examples: ['taskcluster task status fN1SbArXTPSVFNUvaOlinQ', 'taskcluster task status fN1SbArXTPSVFNUvaOlinQ --json'],
  description:
    'Says where a task stands, and each of its runs. Status 1 if it failed or ended with an exception.\n' +
    'To a pipe: the state on the first line, then for each run its number, state, reason, worker and duration, with tabs between them.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { json: flag({ description: 'Print the status as the queue answers it, in JSON.' }), ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const { status } = await connection.queue.status({ taskId });
    if (options.json) await writeJson(terminal, status);
    else await show(terminal, connection, status);
    return statusCode(status);
  },
});

/** Whether a task went wrong, as an exit code. */
export const statusCode = (status: TaskStatus): number =>
  isResolved(status) && status.state !== 'completed' ? exit.taskFailed : exit.done;

/** The state in one line, the runs in a table, and on a terminal where to see more. */
export const show = async (terminal: Terminal, connection: Connection, status: TaskStatus): Promise<void> => {
  const { stdout, env } = terminal;
  if (!stdout.isTTY) {
    await write(stdout, `${status.state}\n`);
    return await writeTable(terminal, columns, status.runs);
  }
  const style = styleFor(stdout, env);
  const reason = reasonText(status.runs.at(-1)?.reasonResolved);
  await write(stdout, `${stateText(status.state, style)}${reason ? `: ${reason}` : ''}\n`);
  await write(
    stdout,
    `${style.dim(`queue ${status.taskQueueId} · group ${status.taskGroupId} · ${connection.taskPage(status.taskId)}`)}\n`,
  );
  if (status.runs.length > 0) await write(stdout, '\n');
  await writeTable(terminal, columns, status.runs);
};

const columns: readonly Column<Run>[] = [
  { title: 'RUN', text: ({ runId }) => String(runId) },
  {
    title: 'STATE',
    text: ({ state }, forPeople) => (forPeople ? stateLabel(state) : state),
    paint: (text, { state }, style) => paintState(text, state, style),
  },
  { title: 'REASON', text: ({ reasonResolved }) => reasonResolved ?? '' },
  { title: 'WORKER', text: ({ workerGroup, workerId }) => (workerId ? `${workerGroup}/${workerId}` : '') },
  { title: 'DURATION', text: (run) => durationOf(run) },
];

const durationOf = ({ started, resolved }: Run) =>
  started ? duration((resolved ? Date.parse(resolved) : Date.now()) - Date.parse(started)) : '';
