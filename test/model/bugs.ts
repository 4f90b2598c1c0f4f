/** A bug that is put into the queue on purpose, to see that the model finds it. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Shows only when requests overlap. */
  readonly races?: boolean;
}

const lifeCycle = 'services/queue/domain/life-cycle.ts';
const changes = 'services/queue/store/changes.ts';
const tasks = 'services/queue/store/tasks.ts';
const claims = 'services/queue/store/claims.ts';
const workers = 'services/queue/store/workers.ts';

/** Each replaces a text that is in the file once. When it is not, the bug cannot be planted, and the list has to be brought up to date. */
export const bugs: readonly Bug[] = [
  {
    name: 'a worker that lost its claim can still report',
    file: lifeCycle,
    find: "if (!isLast || run.state !== 'running') return notRunning(task, runId);",
    replace: '',
  },
  {
    name: 'a retry is not counted',
    file: lifeCycle,
    find: 'retriesLeft: task.retriesLeft - 1',
    replace: 'retriesLeft: task.retriesLeft',
  },
  {
    name: 'a task that fails for good does not tell its dependents',
    file: lifeCycle,
    find: 'everResolved: true }, announce: [announce], claim: null, resolved: true }',
    replace: 'everResolved: true }, announce: [announce], claim: null }',
  },
  {
    name: 'the exception before a retry is not announced',
    file: lifeCycle,
    find: 'announce: [announce, ...again.announce]',
    replace: 'announce: again.announce',
  },
  {
    name: 'a rerun forgets the deadline',
    file: lifeCycle,
    find: "if (late) return late;\n  const run = lastOf(task);\n  if (run?.state === 'running') return unchanged(task);",
    replace: "void late;\n  const run = lastOf(task);\n  if (run?.state === 'running') return unchanged(task);",
  },
  {
    name: 'reclaiming does not extend the claim',
    file: lifeCycle,
    find: 'const takenUntil = run.takenUntil && run.takenUntil > until ? run.takenUntil : until;',
    replace: 'const takenUntil = run.takenUntil ?? until;',
  },
  {
    name: 'a running run can be claimed by another worker',
    file: lifeCycle,
    find: "if (run?.runId !== runId || run.state !== 'pending')",
    replace: "if (run?.runId !== runId || (run.state !== 'pending' && run.state !== 'running'))",
  },
  {
    name: 'the pending entry of a canceled task stays',
    file: lifeCycle,
    find: '    resolved: true,\n    ...entryOf(task),',
    replace: '    resolved: true,',
  },
  {
    name: 'a completed task does not count as resolved once',
    file: lifeCycle,
    find: 'return { task: { ...ended, everResolved: true }, announce, claim: null, resolved: true };',
    replace: 'return { task: ended, announce, claim: null, resolved: true };',
  },
  {
    name: 'canceling again is announced as if nothing had happened',
    file: lifeCycle,
    find: "? { task, announce: [{ message: 'taskException', runId: run.runId }], resolved: true }",
    replace: '? unchanged(task)',
  },
  {
    name: 'all-resolved waits for completion',
    file: changes,
    find: "(r.completed or d.requires = 'all-resolved')",
    replace: '(r.completed)',
  },
  {
    name: 'all-completed is content with a failure',
    file: changes,
    find: "(r.completed or d.requires = 'all-resolved')",
    replace: '(true)',
  },
  {
    name: 'a sealed group takes tasks',
    file: 'services/queue/domain/creation.ts',
    find: 'if (sealed !== null)',
    replace: 'if (sealed === "")',
  },
  {
    name: 'work is given out by age alone',
    file: claims,
    find: 'order by rank, inserted, task_id limit (select',
    replace: 'order by inserted, task_id limit (select',
  },
  {
    name: 'a group is announced while a task is left',
    file: 'services/queue/store/groups.ts',
    find: 'd.task_group_id = g.task_group_id and not d.ever_resolved',
    replace: 'd.task_group_id = g.task_group_id and not d.ever_resolved and d.deadline < platform.now()',
  },
  {
    name: 'tasks are not locked before a decision',
    file: tasks,
    find: 'order by t.task_id for update of t',
    replace: 'order by t.task_id',
    races: true,
  },
  {
    name: 'dependencies are not locked while a task is created',
    file: tasks,
    find: 'order by task_id for share',
    replace: 'order by task_id',
    races: true,
  },
  {
    name: 'a quarantined worker gets work',
    file: claims,
    find: 'select w.quarantine_until > platform.now() from queue.workers w',
    replace: 'select false from queue.workers w',
  },
  {
    name: 'a quarantined worker claims a task by its name',
    file: 'services/queue/claim-task.ts',
    find: 'if (until !== undefined)',
    replace: "if (until === 'never')",
  },
  {
    name: 'a quarantine is never lifted',
    file: workers,
    find: 'quarantine_until = ${until}::timestamptz,',
    replace: 'quarantine_until = greatest(quarantine_until, ${until}::timestamptz),',
  },
  {
    name: 'workers are listed when their time is over',
    file: workers,
    find: '> (${workerGroup}, ${workerId}) and ${known}',
    replace: '> (${workerGroup}, ${workerId})',
  },
  {
    name: 'what was claimed by name is not remembered with its worker',
    file: 'services/queue/claim-task.ts',
    find: 'claimsByWorker([{ taskId, runId, workerGroup, workerId }])',
    replace: '[]',
  },
  {
    name: 'who asks together with a quarantined worker gets nothing',
    file: 'services/queue/claim.ts',
    find: 'refused.has(i) ? []',
    replace: 'refused.size > 0 ? []',
    races: true,
  },
  {
    name: 'a worker that is gone loses what it claimed after that was announced',
    file: claims,
    find: 'claimed <= ${until}::timestamptz',
    replace: '${until}::timestamptz is not null',
  },
  {
    name: 'a worker that is gone takes runs of another queue with it',
    file: claims,
    find: 'where task_queue_id = ${taskQueueId} and worker_group = ${workerGroup} and worker_id = ${workerId} and claimed',
    replace: "where ${taskQueueId}::text <> '' and worker_group = ${workerGroup} and worker_id = ${workerId} and claimed",
  },
  {
    name: 'a run whose worker is gone is not tried again',
    file: lifeCycle,
    find: "run && current ? except(task, run, 'worker-shutdown', now)",
    replace: "run && current ? except(task, run, 'internal-error', now)",
  },
  {
    name: 'a worker that is gone keeps its run after the deadline',
    file: lifeCycle,
    find: "run && current ? except(task, run, 'worker-shutdown', now)",
    replace: "run && current && task.deadline >= now ? except(task, run, 'worker-shutdown', now)",
  },
  {
    name: 'a run that has ended meanwhile ends again because its worker is gone',
    file: lifeCycle,
    find: "run && current ? except(task, run, 'worker-shutdown', now)",
    replace: "run ? except(task, run, 'worker-shutdown', now)",
    races: true,
  },
  {
    name: 'a batch may have a circle',
    file: 'services/queue/batch/check.ts',
    find: 'for (const cycle of cycles)',
    replace: 'for (const cycle of cycles.slice(cycles.length))',
  },
  {
    name: 'of a batch what is good is created',
    file: 'services/queue/batch/create.ts',
    find: 'if (problems.length > 0) throw refusalOf(problems);',
    replace: '',
  },
  {
    name: 'a task of a batch waits for what is resolved',
    file: 'services/queue/batch/dependencies.ts',
    find: 'return known;',
    replace: 'return new Map();',
  },
  {
    name: 'a batch that is sent again is not announced again',
    file: 'services/queue/batch/create.ts',
    find: 'await announceAgain(tx, [...existing.values()]);',
    replace: '',
  },
  {
    name: 'a group lasts as long as the first task of a batch',
    file: 'services/queue/batch/groups.ts',
    find: 'else if (until > known.expires) known.expires = until;',
    replace: '',
  },
  {
    name: 'a group lasts as long as the longest of the tasks that come in together, also of one that is refused',
    file: 'services/queue/create.ts',
    find: 'if (expires > until) lasting',
    replace: "if (plusHour(expires) > until && expires > (group.isNew ? '' : group.expires)) lasting",
    races: true,
  },
  {
    name: 'a batch does not see that it was overtaken',
    file: 'services/queue/batch/create.ts',
    find: 'if (inserted.length < rows.length) throw',
    replace: 'if (inserted.length > rows.length) throw',
    races: true,
  },
];
