import { type TaskDefinitionAndStatus, taskStates } from '@taskcluster/contracts';
import { command, flag, id, texts } from '../../arguments/command.ts';
import { didYouMean } from '../../arguments/suggestion.ts';
import { exit, wrongUse } from '../../exit.ts';
import { duration } from '../../output/duration.ts';
import { paintState, stateLabel } from '../../output/state.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { writeJson } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';
import { tasksOf } from './tasks.ts';

export default command({
  examples: [
    'taskcluster group list fN1SbArXTPSVFNUvaOlinQ',
    'taskcluster group list fN1SbArXTPSVFNUvaOlinQ --state failed --state exception',
  ],
  description: 'Lists the tasks of a group. To a pipe: task id, state, duration and name with tabs between them.',
  positionals: { taskGroupId: id('GROUPID', 'The group, or the address of its page.') },
  options: {
    state: texts({ placeholder: 'STATE', description: `Only tasks in this state: ${taskStates.join(', ')}.` }),
    json: flag({ description: 'Print a JSON array of {taskId, name, state, reasonResolved, started, resolved, runs}.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { taskGroupId }, terminal }) => {
    const unknown = options.state.find((state) => !(taskStates as readonly string[]).includes(state));
    if (unknown !== undefined)
      throw wrongUse(
        `There is no state ${JSON.stringify(unknown)}. ${didYouMean(unknown, taskStates, `It is one of ${taskStates.join(', ')}.`)}`,
      );
    const all = await tasksOf(await connect(terminal, options['data-dir']), taskGroupId);
    const tasks = options.state.length === 0 ? all : all.filter(({ status }) => options.state.includes(status.state));
    if (options.json) await writeJson(terminal, tasks.map(summaryOf));
    else await writeTable(terminal, columns, tasks);
    if (tasks.length === 0)
      terminal.stderr.write(all.length === 0 ? 'The group has no tasks.\n' : `None of the ${all.length} tasks of the group.\n`);
    return exit.done;
  },
});

const summaryOf = ({ task, status }: TaskDefinitionAndStatus) => {
  const { reasonResolved, started, resolved } = status.runs.at(-1) ?? {};
  return {
    taskId: status.taskId,
    name: task.metadata.name,
    state: status.state,
    reasonResolved,
    started,
    resolved,
    runs: status.runs.length,
  };
};

const columns: readonly Column<TaskDefinitionAndStatus>[] = [
  { title: 'TASK', text: ({ status }) => status.taskId },
  {
    title: 'STATE',
    text: ({ status: { state } }, forPeople) => (forPeople ? stateLabel(state) : state),
    paint: (text, { status: { state } }, style) => paintState(text, state, style),
  },
  { title: 'DURATION', text: (row) => durationOf(row) },
  { title: 'NAME', text: ({ task }) => task.metadata.name },
];

const durationOf = ({ status }: TaskDefinitionAndStatus) => {
  const { started, resolved } = status.runs.at(-1) ?? {};
  return started ? duration((resolved ? Date.parse(resolved) : Date.now()) - Date.parse(started)) : '';
};
