import { type TaskDefinitionAndStatus, taskStates } from '@taskcluster/contracts';
import { command, flag, rest, text, texts, whole } from '../../arguments/command.ts';
import { didYouMean } from '../../arguments/suggestion.ts';
import { exit, wrongUse } from '../../exit.ts';
import { duration } from '../../output/duration.ts';
import { paintState, stateLabel } from '../../output/state.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { writeJson } from '../../output/terminal.ts';
import { type Connection, connect, dataFolderOption } from '../../platform/connection.ts';

type Query = Parameters<Connection['queue']['searchTasks']>[0];

export default command({
  examples: [
    'taskcluster task search mochitest linux --state failed',
    'taskcluster task search --owner alice --project firefox --since 2d',
  ],
  description:
    'Finds tasks, the newest first. Words are those of the name, each at its beginning and in any order. To a pipe: task id, state, time of\n' +
    'creation, owner and name with tabs between them. A search that does not end tells a TOKEN with which the same search goes on.',
  positionals: { words: rest('WORD', 'A word of the name, or its beginning.') },
  options: {
    owner: text({ placeholder: 'TEXT', description: 'The owner begins with this.' }),
    project: text({ placeholder: 'PROJECT', description: 'Only tasks of this project.' }),
    tag: text({ placeholder: 'KEY=VALUE', description: 'Only tasks that have this tag; KEY alone: with any value.' }),
    queue: text({ placeholder: 'QUEUE', description: 'Only tasks of this queue, such as local/default.' }),
    state: texts({ placeholder: 'STATE', description: `Only tasks in this state: ${taskStates.join(', ')}.` }),
    since: text({ placeholder: 'TIME', description: 'Created since then: 2026-02-03T04:05:06Z, or 30m, 12h, 7d ago.' }),
    until: text({ placeholder: 'TIME', description: 'Created before then.' }),
    'go-on': text({ placeholder: 'TOKEN', description: 'Go on where the same search stopped; it told this token.' }),
    limit: whole({ placeholder: 'N', min: 1, max: 10_000, default: 50, description: 'At most so many; 50 unless told.' }),
    json: flag({ description: 'Print a JSON array of {taskId, name, state, owner, project, taskQueueId, taskGroupId, created}.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { words }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const { tasks, note } = await search(connection, queryOf(words, options), { limit: options.limit, from: options['go-on'] });
    if (options.json) await writeJson(terminal, tasks.map(summaryOf));
    else await writeTable(terminal, columns, tasks);
    if (tasks.length === 0) terminal.stderr.write('No task was found.\n');
    if (note) terminal.stderr.write(note);
    return exit.done;
  },
});

interface Given {
  readonly owner: string | undefined;
  readonly project: string | undefined;
  readonly tag: string | undefined;
  readonly queue: string | undefined;
  readonly state: readonly string[];
  readonly since: string | undefined;
  readonly until: string | undefined;
}

const queryOf = (words: readonly string[], { owner, project, tag, queue, state, since, until }: Given): Query => {
  const unknown = state.find((s) => !(taskStates as readonly string[]).includes(s));
  if (unknown !== undefined)
    throw wrongUse(
      `There is no state ${JSON.stringify(unknown)}. ${didYouMean(unknown, taskStates, `It is one of ${taskStates.join(', ')}.`)}`,
    );
  const given = {
    name: words.join(' ') || undefined,
    owner,
    project,
    tag,
    taskQueueId: queue,
    state: state.join(',') || undefined,
    from: since === undefined ? undefined : timeOf(since),
    to: until === undefined ? undefined : timeOf(until),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const timeOf = (given: string): string => {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  const ms = amount === undefined ? Date.parse(given) : Date.now() - Number(amount) * (units[unit] ?? 0);
  if (Number.isNaN(ms)) throw wrongUse(`${JSON.stringify(given)} is no time. Give one such as 2026-02-03T04:05:06Z, or 30m, 12h or 7d.`);
  return new Date(ms).toISOString();
};

// A page may be empty because what it looks for is neither common nor rare: a command goes on for so long by itself.
const maxPages = 50;
const noteworthyMs = 5_000;

interface Part {
  readonly limit: number;
  /** Where an earlier search stopped: its token, since a time would leave out the rest of those that were created at that very time. */
  readonly from: string | undefined;
}

/** Reads pages until there are enough tasks; says on the side what may be missing. */
const search = async ({ queue }: Connection, query: Query, { limit, from }: Part) => {
  const tasks: TaskDefinitionAndStatus[] = [];
  let continuationToken = from;
  for (let page = 0; page < maxPages; page++) {
    const asked = { ...query, limit: String(Math.min(200, limit - tasks.length)), ...(continuationToken ? { continuationToken } : {}) };
    const found = await queue.searchTasks(asked);
    tasks.push(...found.tasks);
    ({ continuationToken } = found);
    const behind =
      found.behindMs > noteworthyMs ? `The index is ${duration(found.behindMs)} behind: the newest tasks may be missing.\n` : '';
    const note = `${behind}${found.filled ? '' : 'The index is being filled after an upgrade: older tasks may be missing.\n'}`;
    if (continuationToken === undefined) return { tasks, note };
    if (tasks.length >= limit)
      return { tasks, note: `${note}There are more: --limit shows them, or the same search with --go-on ${continuationToken}\n` };
    if (page === maxPages - 1)
      return { tasks, note: `${note}Searched back to ${found.searchedTo}. The same search goes on with --go-on ${continuationToken}\n` };
  }
  return { tasks, note: '' };
};

const summaryOf = ({ task, status }: TaskDefinitionAndStatus) => ({
  taskId: status.taskId,
  name: task.metadata.name,
  state: status.state,
  owner: task.metadata.owner,
  project: status.projectId,
  taskQueueId: status.taskQueueId,
  taskGroupId: status.taskGroupId,
  created: task.created,
});

const columns: readonly Column<TaskDefinitionAndStatus>[] = [
  { title: 'TASK', text: ({ status }) => status.taskId },
  {
    title: 'STATE',
    text: ({ status: { state } }, forPeople) => (forPeople ? stateLabel(state) : state),
    paint: (shown, { status: { state } }, style) => paintState(shown, state, style),
  },
  { title: 'CREATED', text: ({ task }, forPeople) => (forPeople ? task.created.slice(0, 16).replace('T', ' ') : task.created) },
  { title: 'OWNER', text: ({ task }) => task.metadata.owner },
  { title: 'NAME', text: ({ task }) => task.metadata.name },
];
