import { command, flag, id, whole } from '../arguments/command.ts';
import { type FollowOptions, followTask } from '../following/run.ts';
import { logNames, type LogReader, writeRest } from '../following/log.ts';
import { isResolved } from '../following/task.ts';
import { CommandError, exit, wrongUse } from '../exit.ts';
import { progressOn } from '../output/progress.ts';
import { reasonText, stateText } from '../output/state.ts';
import { plain } from '../output/style.ts';
import { type Terminal, write } from '../output/terminal.ts';
import { connect, dataFolderOption } from '../platform/connection.ts';

export default command({
  examples: ['taskcluster log fN1SbArXTPSVFNUvaOlinQ', 'taskcluster log --follow fN1SbArXTPSVFNUvaOlinQ'],
  description:
    'Prints the log of a task: what there is of it now, or with --follow everything until the task is over.\nFollowing ends with status 1 if the task failed.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: {
    run: whole({ placeholder: 'N', min: 0, max: 1000, description: 'The log of this run (the latest one).' }),
    follow: flag({ short: 'f', description: 'Wait for the task to start, and go on until it is over.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { taskId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const { status } = await connection.queue.status({ taskId });
    const names = logNames((await connection.queue.task({ taskId })).payload);
    const out = (chunk: Uint8Array) => write(terminal.stdout, chunk);
    if (options.run !== undefined && !status.runs[options.run])
      throw wrongUse(`Task ${taskId} has no run ${options.run}. ${runsOf(status.runs.length)}`);
    if (options.follow) return await follow(terminal, { connection, taskId, runId: options.run, names, write: out });

    const run = status.runs[options.run ?? status.runs.length - 1];
    if (!run || run.state === 'pending')
      throw new CommandError(`Task ${taskId} has not started (${status.state}). Add --follow to wait for its log.`, exit.wrongUse);
    const reader: LogReader = { connection, taskId, runId: String(run.runId), names, write: out, written: 0 };
    if (!(await writeRest(reader)))
      throw wrongUse(
        `Run ${run.runId} of task ${taskId} has no log${isResolved(run) ? ': none was kept, or it has expired' : ' yet'}. ${connection.taskPage(taskId)}`,
      );
    return exit.done;
  },
});

const runsOf = (count: number) => (count === 0 ? 'It has not been scheduled yet.' : `It has runs 0 to ${count - 1}.`);

const follow = async (terminal: Terminal, options: FollowOptions): Promise<number> => {
  const progress = progressOn(terminal);
  try {
    const status = await followTask({
      ...options,
      write: progress.result,
      onStatus: ({ state }) => progress.show(() => stateText(state, plain)),
      onRetry: ({ runId, reasonResolved }) =>
        progress.note(`Run ${runId} ended (${reasonText(reasonResolved)}). Run ${runId + 1} follows.`),
      onMissingLog: () => progress.note(`There is no ${options.names.live}: the log was not kept, or has expired.`),
    });
    const { state } = options.runId === undefined ? status : (status.runs[options.runId] ?? status);
    return state === 'completed' ? exit.done : exit.taskFailed;
  } finally {
    progress.end();
  }
};
