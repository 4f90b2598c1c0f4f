import type { Priority, WhyCause } from '@taskcluster/contracts';
import { priorityOf } from '../../domain/task.ts';
import { type Facts, maxAhead, maxWorkers, type Workers } from './facts.ts';
import { counted, durationWords } from './words.ts';

const upTo = (n: number, most: number, noun: string) => (n > most ? `more than ${counted(most, noun)}` : counted(n, noun));
const since = (now: string, time: string) => durationWords(Date.parse(now) - Date.parse(time));

/** Why a pending task is not claimed: nobody there, workers quarantined or busy, others before it. */
export const whyPending = (facts: Facts): readonly WhyCause[] => {
  const place = position(facts);
  const absent = noWorker(facts);
  const quarantined = someQuarantined(facts);
  const busy = workersBusy(facts);
  return [...absent, ...quarantined, ...(place.ahead > 0 ? [place, ...busy] : [...busy, place])];
};

const position = ({ task, now, ahead = [] }: Facts): Extract<WhyCause, { kind: 'position' }> => {
  const run = task.runs.at(-1);
  const total = ahead.reduce((n, a) => n + a.count, 0);
  const pendingSince = run?.scheduled ?? now;
  const byPriority: Partial<Record<Priority, number>> = {};
  for (const { rank, count } of ahead) byPriority[priorityOf(rank)] = count;
  const urgent = ahead.filter((a) => a.rank < task.rank).reduce((n, a) => n + a.count, 0);
  const waited = `It has been pending for ${since(now, pendingSince)}`;
  // What is urgent is counted first, so only when all that was counted is urgent there may be more of it.
  const urgentWords =
    urgent > maxAhead ? `more than ${maxAhead.toLocaleString('en')}` : urgent === total ? 'all' : urgent.toLocaleString('en');
  const of = urgent > 0 ? `, ${urgentWords} of higher priority` : '';
  const text =
    total === 0
      ? `${waited} and is the next that a worker of ${task.taskQueueId} gets.`
      : `${waited}, and ${upTo(total, maxAhead, 'task')} of ${task.taskQueueId} ${total === 1 ? 'comes' : 'come'} before it${of}.`;
  const oldest = ahead.map((a) => a.since).toSorted()[0];
  return {
    kind: 'position',
    text,
    taskQueueId: task.taskQueueId,
    priority: priorityOf(task.rank),
    pendingSince,
    ahead: Math.min(total, maxAhead),
    more: total > maxAhead,
    aheadByPriority: byPriority,
    ...(oldest === undefined ? {} : { firstSince: oldest }),
  };
};

const noWorker = ({ task: { taskQueueId }, now, workers, staleMs }: Facts): readonly WhyCause[] => {
  if (!workers || workers.serving) return [];
  const { lastAsked, quarantined, known } = workers;
  // Then that is what has to be said.
  if (quarantined > 0 && quarantined === known && known <= maxWorkers) return [];
  if (lastAsked !== undefined && Date.parse(now) - Date.parse(lastAsked) <= staleMs) return [];
  return [
    { kind: 'no-worker', text: nobodyAsks(taskQueueId, now, workers), taskQueueId, ...(lastAsked === undefined ? {} : { lastAsked }) },
  ];
};

const nobodyAsks = (taskQueueId: string, now: string, { lastAsked, quarantined }: Workers): string => {
  if (lastAsked === undefined)
    return `No worker has ever asked for tasks of ${taskQueueId}, or not for a day: start one, or look whether the name of the queue is right.`;
  return quarantined > 0
    ? `No worker that may claim tasks of ${taskQueueId} has asked for ${since(now, lastAsked)}: start one, or end a quarantine.`
    : `No worker has asked for tasks of ${taskQueueId} for ${since(now, lastAsked)}: start one.`;
};

const someQuarantined = ({ workers }: Facts): readonly WhyCause[] => {
  if (!workers || workers.quarantined === 0) return [];
  const { quarantined, known, inQuarantine } = workers;
  const one = quarantined === 1;
  const what = `${one ? 'is' : 'are'} quarantined and get${one ? 's' : ''} no tasks.`;
  return [
    {
      kind: 'workers-quarantined',
      text: `${quarantinedOf(quarantined, known)} ${what}`,
      quarantined: Math.min(quarantined, maxWorkers),
      known: Math.min(known, maxWorkers),
      workers: inQuarantine,
    },
  ];
};

/** Of more workers than are counted, any may be quarantined. */
const quarantinedOf = (quarantined: number, known: number): string => {
  if (quarantined > maxWorkers) return `More than ${counted(maxWorkers, 'worker')} of the queue`;
  if (known > maxWorkers) return `At least ${counted(quarantined, 'worker')} of more than ${maxWorkers.toLocaleString('en')}`;
  return quarantined === known
    ? `All ${counted(known, 'worker')} of the queue`
    : `${counted(quarantined, 'worker')} of ${known.toLocaleString('en')}`;
};

const workersBusy = ({ workers, now }: Facts): readonly WhyCause[] => {
  if (!workers || workers.running === 0) return [];
  const { running, busy } = workers;
  const oldest = busy.toSorted((a, b) => (a.since < b.since ? -1 : 1))[0];
  const example = oldest
    ? `, for example ${oldest.workerGroup}/${oldest.workerId} for ${since(now, oldest.since)} with ${oldest.taskId}`
    : '';
  const text = `Workers of the queue are busy with ${upTo(running, maxWorkers, 'task')}${example}.`;
  return [{ kind: 'workers-busy', text, running: Math.min(running, maxWorkers), more: running > maxWorkers, workers: busy }];
};
