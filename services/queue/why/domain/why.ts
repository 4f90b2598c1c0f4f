import type { TaskWhyResponse, WhyCause } from '@taskcluster/contracts';
import { isResolved, stateOf } from '../../domain/task.ts';
import type { Facts } from './facts.ts';
import { whyPending } from './pending.ts';
import { whyUnscheduled } from './unscheduled.ts';
import { counted, durationWords } from './words.ts';

/** Why a task is where it is, from what is known: the decisive cause first, and its sentence as the summary. */
export const whyOf = (facts: Facts): TaskWhyResponse => {
  const state = stateOf(facts.task);
  const causes = [...passedDeadline(facts), ...decisive(facts), ...retried(facts), ...comingDeadline(facts), ...sealedGroup(facts)];
  const summary = causes[0]?.text ?? 'Everything that it waited for is done: it is about to be scheduled.';
  return { taskId: facts.task.taskId, state, summary, causes };
};

const decisive = (facts: Facts): readonly WhyCause[] => {
  const state = stateOf(facts.task);
  if (state === 'unscheduled') return whyUnscheduled(facts);
  if (state === 'pending') return whyPending(facts);
  return state === 'running' ? running(facts) : resolved(facts);
};

const running = ({ task, now }: Facts): readonly WhyCause[] => {
  const { runId = 0, started, takenUntil } = task.runs.at(-1) ?? {};
  const time = started === undefined ? '' : ` for ${durationWords(Date.parse(now) - Date.parse(started))}`;
  return [
    {
      kind: 'running',
      text: `It is running${time}, as run ${runId}.`,
      runId,
      ...(started === undefined ? {} : { since: started }),
      ...(takenUntil === undefined ? {} : { takenUntil }),
    },
  ];
};

const lost = new Set(['worker-shutdown', 'claim-expired', 'intermittent-task']);

const resolved = ({ task, now }: Facts): readonly WhyCause[] => {
  const { runId = 0, state = 'exception', reasonResolved, resolved: at } = task.runs.at(-1) ?? {};
  const why = reasonResolved !== undefined && reasonResolved !== state ? ` (${reasonResolved})` : '';
  const ago = at === undefined ? '' : ` ${durationWords(Date.parse(now) - Date.parse(at))} ago`;
  const used =
    lost.has(reasonResolved ?? '') && task.retriesLeft === 0
      ? ` All of its ${counted(task.retries, 'retry', 'retries')} ${task.retries === 1 ? 'is' : 'are'} used up.`
      : '';
  return [
    {
      kind: 'resolved',
      text: `It is over: run ${runId} ended as ${state}${why}${ago}.${used}`,
      runId,
      ...(reasonResolved === undefined ? {} : { reason: reasonResolved }),
      ...(at === undefined ? {} : { resolved: at }),
      retriesLeft: task.retriesLeft,
    },
  ];
};

/** Says of a task that waits again what became of its run before. */
const retried = ({ task }: Facts): readonly WhyCause[] => {
  const before = task.runs.at(-2);
  const state = stateOf(task);
  if (!before || (state !== 'pending' && state !== 'running')) return [];
  const { runId, reasonResolved } = before;
  const text = `It is tried again: run ${runId} ended with ${reasonResolved ?? before.state}, and ${counted(task.retriesLeft, 'retry', 'retries')} ${task.retriesLeft === 1 ? 'is' : 'are'} left.`;
  return [
    {
      kind: 'retried',
      text,
      runs: task.runs.length,
      ...(reasonResolved === undefined ? {} : { reason: reasonResolved }),
      retriesLeft: task.retriesLeft,
    },
  ];
};

const passedDeadline = ({ task, now }: Facts): readonly WhyCause[] =>
  isResolved(stateOf(task)) || task.deadline > now
    ? []
    : [
        {
          kind: 'deadline',
          text: 'Its deadline has passed: no worker gets it any more, and it is about to end as an exception.',
          deadline: task.deadline,
          passed: true,
        },
      ];

const comingDeadline = ({ task, now }: Facts): readonly WhyCause[] =>
  isResolved(stateOf(task)) || task.deadline <= now
    ? []
    : [
        {
          kind: 'deadline',
          text: `If it is not resolved in ${durationWords(Date.parse(task.deadline) - Date.parse(now))}, its deadline ends it as an exception.`,
          deadline: task.deadline,
          passed: false,
        },
      ];

const sealedGroup = ({ task, sealed }: Facts): readonly WhyCause[] =>
  sealed === undefined || isResolved(stateOf(task))
    ? []
    : [
        {
          kind: 'group-sealed',
          text: 'Its group is sealed: no task can be added that others would wait for. That does not keep this one from running.',
          sealed,
        },
      ];
