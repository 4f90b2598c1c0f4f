import { appendMessages } from '@taskcluster/bus';
import type { Loop } from '@taskcluster/loop';
import { groupResolved } from '../domain/announce.ts';
import { expireClaim, passDeadline } from '../domain/life-cycle.ts';
import { nextClaimDueMs, nextDeadlineDueMs, dropClaims, takeDueClaims, takeDueDeadlines } from '../store/claims.ts';
import { dropResolutions, takeResolutions } from '../store/changes.ts';
import { resolvedGroups, takeGroupNotes } from '../store/groups.ts';
import { lockTasks, timeOf } from '../store/tasks.ts';
import { applyChanges, channels, tellDependents } from '../transitions.ts';
import type { QueueService } from '../service.ts';

const batch = 32;
const idleMs = ({ config }: QueueService) => config.resolverIdleMs;

/** A run whose claim ran out is ended, and its task is pending again while it has retries left. */
export const claimResolver: Loop<QueueService> = {
  name: 'queue: expired claims',
  // A claim lasts longer than this, so one that is made while the loop rests cannot run out before its next look: nothing has to wake it.
  idleMs: ({ config }) => Math.min(config.resolverIdleMs, config.claimTimeoutMs),
  batch,
  step: ({ db }, limit) =>
    db.tx(async (tx) => {
      const due = await takeDueClaims(tx, limit);
      if (due.length === 0) return 0;
      const claims = new Map(due.map((c) => [c.taskId, c]));
      const tasks = await lockTasks(tx, [...claims.keys()]);
      const now = tasks[0]?.now ?? '';
      const changes = tasks.map(({ now: _, ...task }) => expireClaim(task, claims.get(task.taskId) ?? { runId: -1, takenUntil: '' }, now));
      await applyChanges(tx, changes, now);
      // What is left is of no use: its run is no longer the one that was claimed, or waits for its deadline.
      await dropClaims(tx, [...claims.keys()]);
      return due.length;
    }, 'queue.expired-claims'),
  nextDueMs: ({ db }) => nextClaimDueMs(db),
};

/** A task that is unresolved when its deadline (and a delay) has passed is resolved by it. */
export const deadlineResolver: Loop<QueueService> = {
  name: 'queue: deadlines',
  idleMs,
  batch,
  step: ({ db, config }, limit) =>
    db.tx(async (tx) => {
      const due = await takeDueDeadlines(tx, limit, config.deadlineDelayMs);
      if (due.length === 0) return 0;
      const tasks = await lockTasks(tx, [...new Set(due.map((d) => d.taskId))]);
      const now = tasks[0]?.now ?? '';
      await applyChanges(
        tx,
        tasks.map(({ now: _, ...task }) => passDeadline(task, now)),
        now,
      );
      return due.length;
    }, 'queue.deadlines'),
  nextDueMs: ({ db, config }) => nextDeadlineDueMs(db, config.deadlineDelayMs),
};

/** Dependents of a task that has more of them than its own resolution could tell. */
export const dependentResolver: Loop<QueueService> = {
  name: 'queue: dependents',
  idleMs,
  batch: 1,
  wokenBy: channels.resolutions,
  step: ({ db }, limit) =>
    db.tx(async (tx) => {
      const resolutions = await takeResolutions(tx, limit);
      if (resolutions.length === 0) return 0;
      const allTold = await tellDependents(tx, resolutions, await timeOf(tx));
      if (allTold) {
        await dropResolutions(
          tx,
          resolutions.map((r) => r.taskId),
        );
      }
      return resolutions.length;
    }, 'queue.dependents'),
};

/** Announces groups in which every task has been resolved. It looks after the resolution's commit, so the last of two that end together is seen. */
export const groupResolver: Loop<QueueService> = {
  name: 'queue: resolved groups',
  idleMs,
  batch: 100,
  wokenBy: channels.groupChecks,
  // Under load hundreds of tasks are resolved in this time, and their groups are looked at once.
  paceMs: 25,
  step: ({ db }, limit) =>
    db.tx(async (tx) => {
      const notes = await takeGroupNotes(tx, limit);
      if (notes.length === 0) return 0;
      const groups = await resolvedGroups(tx, [...new Set(notes.map((n) => n.taskGroupId))]);
      await appendMessages(tx, groups.map(groupResolved));
      return notes.length;
    }, 'queue.resolved-groups'),
};

export const loops: readonly Loop<QueueService>[] = [claimResolver, deadlineResolver, dependentResolver, groupResolver];
