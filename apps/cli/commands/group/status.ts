import { taskStates, type TaskStatus } from '@taskcluster/contracts';
import { command, flag, id } from '../../arguments/command.ts';
import { exit, wrongUse } from '../../exit.ts';
import { changes } from '../../following/changes.ts';
import { groupBindings } from '../../following/task.ts';
import { progressOn } from '../../output/progress.ts';
import { paintState, stateLabel } from '../../output/state.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { type Terminal, writeJson } from '../../output/terminal.ts';
import { type Connection, connect, dataFolderOption } from '../../platform/connection.ts';
import { tasksOf } from './tasks.ts';

type Statuses = ReadonlyMap<string, TaskStatus>;
interface Count {
  readonly state: TaskStatus['state'];
  readonly tasks: number;
}

export default command({
  examples: ['taskcluster group status fN1SbArXTPSVFNUvaOlinQ', 'taskcluster group status --watch fN1SbArXTPSVFNUvaOlinQ'],
  description:
    'Counts the tasks of a group by state. Status 1 if any of them failed or ended with an exception.\nTo a pipe: state and number with a tab between them.',
  positionals: { taskGroupId: id('GROUPID', 'The group, or the address of its page.') },
  options: {
    watch: flag({ short: 'w', description: 'Wait until nothing of the group is pending or running, and say what happens meanwhile.' }),
    json: flag({ description: 'Print JSON: {taskGroupId, tasks, states: {completed: 3, …}}.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { taskGroupId }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const statuses = options.watch ? await watch(terminal, connection, taskGroupId) : await read(connection, taskGroupId);
    if (statuses.size === 0) throw wrongUse(`The group ${taskGroupId} has no tasks. Check the id.`);
    const counts = count(statuses);
    if (options.json)
      await writeJson(terminal, {
        taskGroupId,
        tasks: statuses.size,
        states: Object.fromEntries(counts.map(({ state, tasks }) => [state, tasks])),
      });
    else await writeTable(terminal, columns, counts);
    return counts.some(({ state }) => state === 'failed' || state === 'exception') ? exit.taskFailed : exit.done;
  },
});

const columns: readonly Column<Count>[] = [
  {
    title: 'STATE',
    text: ({ state }, forPeople) => (forPeople ? stateLabel(state) : state),
    paint: (text, { state }, style) => paintState(text, state, style),
  },
  { title: 'TASKS', text: ({ tasks }) => String(tasks) },
];

const read = async (connection: Connection, taskGroupId: string): Promise<Map<string, TaskStatus>> =>
  new Map((await tasksOf(connection, taskGroupId)).map(({ status }) => [status.taskId, status]));

const count = (statuses: Statuses): readonly Count[] => {
  const all = [...statuses.values()];
  return taskStates
    .map((state) => ({ state, tasks: all.filter((status) => status.state === state).length }))
    .filter(({ tasks }) => tasks > 0);
};

/** Over when nothing moves: what is still unscheduled then waits for a task that did not complete. */
const isStill = (statuses: Statuses) => {
  const states = new Set([...statuses.values()].map(({ state }) => state));
  const stuck = states.has('failed') || states.has('exception');
  return !states.has('pending') && !states.has('running') && (stuck || !states.has('unscheduled'));
};

const watch = async (terminal: Terminal, connection: Connection, taskGroupId: string): Promise<Statuses> => {
  const progress = progressOn(terminal);
  const stop = new AbortController();
  let statuses = new Map<string, TaskStatus>();
  progress.show(() =>
    count(statuses)
      .map(({ state, tasks }) => `${tasks} ${stateLabel(state)}`)
      .join('   '),
  );
  try {
    for await (const change of changes(connection, groupBindings(taskGroupId), stop.signal)) {
      const told = (change?.payload as { readonly status?: TaskStatus } | undefined)?.status;
      if (told) statuses.set(told.taskId, told);
      // Between the message of an end and those of the tasks that it sets free nothing moves either: the list knows.
      if (!told || isStill(statuses)) statuses = await read(connection, taskGroupId);
      if (told && !terminal.stderr.isTTY) progress.note(`${told.taskId} ${told.state}`);
      if (statuses.size === 0 || isStill(statuses)) break;
    }
    return statuses;
  } finally {
    stop.abort();
    progress.end();
  }
};
