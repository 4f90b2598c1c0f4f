import { attempt, type NewTask, once, pick, type Shared, slugid, taskQueueId } from './attempt.ts';
import { indexRoutes } from './consumers.ts';
import { batched, created } from './history.ts';

/** Somebody who creates tasks: one by one, and now and then a graph of them at once. What was never answered is sent again. */
export const create = async (shared: Shared): Promise<void> => {
  const { random, memory } = shared;
  const repeated = [...memory.unsure.values()].find(() => random() < 0.5);
  const tasks = repeated ?? (random() < 0.12 ? newGraph(shared) : [newTask(shared)]);
  const id = tasks[0]?.taskId ?? '';
  memory.unsure.set(id, tasks);
  if (memory.groups.length > 6) memory.groups.shift();
  const sure = tasks.length === 1 ? await createOne(shared, tasks[0]) : await createBatch(shared, tasks);
  if (sure) memory.unsure.delete(id);
};

/** Answers whether it is known what became of them. */
const createOne = async (shared: Shared, { taskId, task }: NewTask = { taskId: '', task: {} }): Promise<boolean> => {
  const { queue, history, random } = shared;
  const send = () => attempt(shared, 'create', () => queue.createTask({ taskId }, task as never, once));
  const before = history.counts['create']?.unknown ?? 0;
  const done = await send();
  if (done) know(shared, [{ taskId, task }]);
  // Who is not sure, or careful, says it twice.
  if (done && random() < 0.03) await send();
  return done !== undefined || before === history.counts['create']?.unknown;
};

const createBatch = async (shared: Shared, tasks: readonly NewTask[]): Promise<boolean> => {
  const { queue, history } = shared;
  batched(
    history,
    tasks.map((t) => t.taskId),
  );
  const before = history.counts['create-batch']?.unknown ?? 0;
  const done = await attempt(shared, 'create-batch', () => queue.createTasks({}, { tasks } as never, once));
  if (done) know(shared, tasks);
  if (done && done.created !== 0 && done.existing !== 0)
    history.violations.push({
      invariant: 'a batch is there whole or not at all',
      taskId: tasks[0]?.taskId ?? '',
      detail: `${done.created} were created and ${done.existing} were there`,
    });
  return done !== undefined || before === history.counts['create-batch']?.unknown;
};

/** They were acknowledged. */
const know = ({ history, memory: { recent } }: Shared, tasks: readonly NewTask[]): void => {
  for (const { taskId, task } of tasks) {
    created(history, taskId, task);
    if (recent.push(taskId) > 60) recent.shift();
  }
};

/** Up to twelve tasks, each of which waits for some of those before it; sent in any order. */
const newGraph = (shared: Shared): NewTask[] => {
  const { random } = shared;
  const tasks: NewTask[] = [];
  for (let left = 2 + Math.floor(random() * 11); left > 0; left--) {
    const { taskId, task } = newTask(shared);
    const before = tasks.filter(() => random() < 0.3).map((t) => t.taskId);
    const { dependencies } = task as { readonly dependencies: readonly string[] };
    tasks.push({ taskId, task: { ...task, dependencies: [...dependencies, ...before] } });
  }
  return random() < 0.5 ? tasks : tasks.toReversed();
};

const newTask = ({ random, memory: { recent, groups }, deadlineSeconds }: Shared): NewTask => {
  const now = Date.now();
  const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();
  const dependencies = recent.filter(() => random() < (recent.length > 20 ? 0.03 : 0.1)).slice(-3);
  if (random() < 0.1 || groups.length === 0) groups.push(slugid());
  const taskId = slugid();
  const task = {
    taskQueueId,
    schedulerId: 'chaos',
    projectId: 'none',
    dependencies,
    routes: indexRoutes(taskId, random),
    scopes: [],
    tags: {},
    extra: {},
    taskGroupId: pick(groups, random),
    requires: random() < 0.5 ? 'all-resolved' : 'all-completed',
    priority: random() < 0.5 ? 'low' : 'lowest',
    retries: Math.floor(random() * 4),
    created: at(0),
    deadline: at(random() < 0.1 ? deadlineSeconds / 5 : deadlineSeconds),
    expires: at(86400),
    payload: { n: Math.floor(random() * 1_000) },
    metadata: {
      name: `chaos ${Math.floor(random() * 100)}`,
      description: '',
      owner: 'tests@example.com',
      source: 'https://example.com',
    },
  };
  return { taskId, task };
};
