import { ScopeSet } from '@taskcluster/scopes';

/** Which tasks a caller may be shown: all, or these, those whose ids begin so, and those of these groups. */
export type Readable =
  | { readonly all: true }
  | { readonly all: false; readonly taskIds: readonly string[]; readonly prefixes: readonly string[]; readonly groups: readonly string[] };

/**
 * A search shows what other methods would: definition and status of a task (`task` and `status`), or all of a group
 * (`listTaskGroup`), or everything (`recentTasks`).
 */
export const readableBy = (scopes: readonly string[]): Readable => {
  const held = ScopeSet.of(scopes);
  const both = (pattern: string) => held.has(`queue:get-task:${pattern}`) && held.has(`queue:status:${pattern}`);
  if (held.has('queue:list-recent-tasks') || both('*') || held.has('queue:list-task-group:*')) return { all: true };
  const after = (prefix: string) => held.scopes.flatMap((s) => (s.startsWith(prefix) ? [s.slice(prefix.length)] : []));
  const patterns = [...new Set([...after('queue:get-task:'), ...after('queue:status:')])].filter(both);
  const groups = after('queue:list-task-group:');
  return {
    all: false,
    taskIds: patterns.filter((p) => !p.endsWith('*')),
    prefixes: patterns.filter((p) => p.endsWith('*')).map((p) => p.slice(0, -1)),
    // A group of which only the beginning is known is left out: there is no list of its tasks to look into.
    groups: groups.filter((g) => !g.endsWith('*')),
  };
};
