import type { TaskStatus } from '@taskcluster/contracts';
import slugid from 'slugid';
import { command, flag, rest, text, texts, whole } from '../arguments/command.ts';
import { CommandError, exit, wrongUse } from '../exit.ts';
import { followTask } from '../following/run.ts';
import { logNames } from '../following/log.ts';
import { isResolved } from '../following/task.ts';
import { duration } from '../output/duration.ts';
import { type Progress, progressOn } from '../output/progress.ts';
import { reasonText, stateLabel, stateText } from '../output/state.ts';
import { styleFor } from '../output/style.ts';
import { type Terminal, writeJson } from '../output/terminal.ts';
import { type Connection, connect, dataFolderOption } from '../platform/connection.ts';
import { definitionOf } from './run/definition.ts';

export default command({
  examples: [
    `taskcluster run -- bash -c 'echo Hello from task $TASK_ID'`,
    'taskcluster run --name tests --env CI=1 --artifact out/report.xml -- npm test',
  ],
  description:
    'Runs a command as a task: creates it, follows its log on stdout, and ends with status 0 if it completed and 1 if it did not.\n' +
    'The command is not given to a shell. Ctrl-C stops watching; the task goes on running.',
  passThrough: true,
  positionals: { command: rest('COMMAND', 'The program and its arguments.') },
  options: {
    queue: text({
      short: 'q',
      placeholder: 'QUEUE',
      default: 'local/default',
      description: 'The task queue to put it in (local/default).',
    }),
    env: texts({ short: 'e', placeholder: 'K=V', description: 'Set a variable for the command; K alone takes its value from here.' }),
    artifact: texts({
      short: 'a',
      placeholder: 'PATH',
      description: 'Keep this file as public/<its name>; a folder if it ends with a slash.',
    }),
    name: text({ placeholder: 'NAME', description: 'What people call the task (the command).' }),
    'max-run-time': whole({
      placeholder: 'S',
      min: 1,
      max: 86_400,
      default: 3600,
      description: 'Abort the command after this many seconds (3600).',
    }),
    'cancel-on-interrupt': flag({ description: 'Cancel the task at Ctrl-C, instead of letting it go on.' }),
    json: flag({ description: 'Print how it ended as JSON {taskId, runId, state, reasonResolved, url} on stdout, and the log on stderr.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args, terminal }) => {
    if (args.command.length === 0)
      throw wrongUse('COMMAND is missing: there is nothing to run. For example: taskcluster run -- echo hello');
    const connection = await connect(terminal, options['data-dir']);
    const wanted = { ...options, command: args.command, artifacts: options.artifact, maxRunTimeSeconds: options['max-run-time'] };
    const definition = definitionOf(wanted, { now: new Date(), rootUrl: connection.rootUrl, env: terminal.env });
    const taskId = slugid.nice();
    await connection.queue.createTask({ taskId }, definition);

    const progress = progressOn(terminal, options.json ? terminal.stderr : terminal.stdout);
    progress.note(`Task ${taskId}  ${connection.taskPage(taskId)}`);
    const interrupted = interruption(terminal, connection, { taskId, cancel: options['cancel-on-interrupt'] });
    const watched = watch(connection, { taskId, progress, payload: definition.payload });
    // After Ctrl-C nobody waits for the watching any more; whatever becomes of it is of no interest.
    watched.catch(() => {});
    const status = await Promise.race([watched, interrupted.done]).finally(() => (interrupted.release(), progress.end()));

    const { runId, reasonResolved } = status.runs.at(-1) ?? {};
    if (options.json) await writeJson(terminal, { taskId, runId, state: status.state, reasonResolved, url: connection.taskPage(taskId) });
    terminal.stderr.write(`${ending(terminal, status)}${status.state === 'completed' ? '' : `\n${connection.taskPage(taskId)}`}\n`);
    return status.state === 'completed' ? exit.done : exit.taskFailed;
  },
});

const ending = ({ stderr, env }: Terminal, status: TaskStatus): string => {
  const { started, resolved, reasonResolved } = status.runs.at(-1) ?? {};
  const took = started && resolved ? ` after ${duration(Date.parse(resolved) - Date.parse(started))}` : '';
  const reason = reasonText(reasonResolved);
  return `${stateText(status.state, styleFor(stderr, env))}${took}${reason ? `: ${reason}.` : '.'}`;
};

interface Watched {
  readonly taskId: string;
  readonly payload: unknown;
  readonly progress: Progress;
}

const watch = async (connection: Connection, { taskId, payload, progress }: Watched): Promise<TaskStatus> => {
  const names = logNames(payload);
  return await followTask({
    connection,
    taskId,
    names,
    write: progress.result,
    onStatus: (status) => {
      if (isResolved(status)) return progress.end();
      const { started, scheduled } = status.runs.at(-1) ?? {};
      const since = Date.parse(started ?? scheduled ?? new Date().toISOString());
      const where = status.state === 'pending' ? `: waiting for a worker of ${status.taskQueueId}` : '';
      progress.show(() => `${stateLabel(status.state)} for ${duration(Date.now() - since)}${where}`);
    },
    onRetry: ({ runId, reasonResolved }) => progress.note(`Run ${runId} ended (${reasonResolved}); run ${runId + 1} follows.`),
    onMissingLog: () => progress.note(`There is no ${names.live}: the log was not kept.`),
  });
};

/** Rejected at Ctrl-C with what goes on running; a second Ctrl-C ends the program at once. */
const interruption = (
  terminal: Terminal,
  { queue }: Connection,
  { taskId, cancel }: { readonly taskId: string; readonly cancel: boolean },
) => {
  const { promise: done, reject } = Promise.withResolvers<never>();
  const release = terminal.onInterrupt(() => {
    release();
    const goesOn = `The task goes on running. Watch it with "taskcluster log --follow ${taskId}", or end it with "taskcluster task cancel ${taskId}".`;
    if (!cancel) return reject(new CommandError(goesOn, exit.interrupted));
    queue.cancelTask({ taskId }).then(() => reject(new CommandError('The task was cancelled.', exit.interrupted)), reject);
  });
  return { done, release };
};
