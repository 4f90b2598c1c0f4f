import type { TaskDefinition } from '@taskcluster/contracts';
import { stringify } from 'yaml';

/** A task of another day as text for a new one: times start now, and what tied it to its group is left out. */
export const copiedText = (task: TaskDefinition): string => {
  const {
    provisionerId: _p,
    workerType: _w,
    taskGroupId: _g,
    schedulerId: _s,
    routes: _r,
    dependencies: _d,
    requires: _q,
    expires: _e,
    created,
    deadline,
    payload,
    metadata,
    ...rest
  } = task;
  const { taskQueueId, ...more } = rest;
  const minutes = Math.max(1, Math.round((Date.parse(deadline) - Date.parse(created)) / 60_000));
  const kept = Object.fromEntries(Object.entries(more).filter(([, value]) => !isEmpty(value)));
  return stringify(
    { taskQueueId, created: 'now', deadline: spanWords(minutes), ...kept, payload: withoutTimes(payload), metadata },
    { lineWidth: 0 },
  );
};

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const spanWords = (minutes: number): string => {
  const [amount, unit] = minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `in ${amount} ${unit}${amount === 1 ? '' : 's'}`;
};

/** Times of artifacts were absolute, and are past by now; without them artifacts live as long as the task. */
const withoutTimes = (payload: TaskDefinition['payload']): unknown => {
  const { artifacts } = payload;
  if (!Array.isArray(artifacts)) return payload;
  const kept = artifacts.map((artifact: unknown) => {
    if (typeof artifact !== 'object' || artifact === null) return artifact;
    const { expires: _, ...rest } = artifact as { readonly expires?: unknown };
    return rest;
  });
  return { ...payload, artifacts: kept };
};
