/** A task and what it depends on. */
export interface Node {
  readonly taskId: string;
  readonly dependencies: readonly string[];
}

const maxCycles = 10;

/**
 * The circles among these tasks, at most ten that share no task, each in the order in which its tasks wait for each other.
 * What is outside of the list is ignored, and so is a task that waits for itself: that one is started by scheduleTask.
 */
export const cyclesAmong = (nodes: readonly Node[]): readonly (readonly string[])[] => {
  const waitsFor = new Map<string, readonly string[]>();
  const known = new Set(nodes.map((n) => n.taskId));
  for (const { taskId, dependencies } of nodes) {
    const inside = dependencies.filter((id) => id !== taskId && known.has(id));
    if (inside.length > 0) waitsFor.set(taskId, inside);
  }
  const cycles: string[][] = [];
  while (cycles.length < maxCycles) {
    dropFree(waitsFor);
    const [start] = waitsFor.keys();
    if (start === undefined) break;
    const cycle = walk(waitsFor, start);
    cycles.push(cycle);
    for (const taskId of cycle) waitsFor.delete(taskId);
  }
  return cycles;
};

/** Takes out whoever waits for nobody that is left, again and again: what remains leads into a circle. Linear in the number of edges. */
const dropFree = (waitsFor: Map<string, readonly string[]>): void => {
  const dependents = new Map<string, string[]>();
  const left = new Map<string, number>();
  const free: string[] = [];
  for (const [taskId, dependencies] of waitsFor) {
    const inside = dependencies.filter((id) => waitsFor.has(id));
    left.set(taskId, inside.length);
    if (inside.length === 0) free.push(taskId);
    for (const id of inside) {
      const others = dependents.get(id);
      if (others) others.push(taskId);
      else dependents.set(id, [taskId]);
    }
  }
  for (let taskId = free.pop(); taskId !== undefined; taskId = free.pop()) {
    waitsFor.delete(taskId);
    for (const dependent of dependents.get(taskId) ?? []) {
      const count = (left.get(dependent) ?? 0) - 1;
      left.set(dependent, count);
      if (count === 0) free.push(dependent);
    }
  }
};

/** Everybody left waits for somebody left: going on from anywhere comes back to a place where it was. */
const walk = (waitsFor: ReadonlyMap<string, readonly string[]>, start: string): string[] => {
  const place = new Map<string, number>();
  const path: string[] = [];
  let at = start;
  while (!place.has(at)) {
    place.set(at, path.length);
    path.push(at);
    at = waitsFor.get(at)?.find((id) => waitsFor.has(id)) ?? at;
  }
  return path.slice(place.get(at));
};
