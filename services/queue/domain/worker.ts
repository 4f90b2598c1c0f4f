/** One worker of a queue. */
export interface WorkerKey {
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
}

export interface RunKey {
  readonly taskId: string;
  readonly runId: number;
}

/** How many of its claims a worker is remembered by. */
export const maxRecentTasks = 20;

/** The form in which recent runs are stored: `<taskId>/<runId>`. */
export const writeRun = ({ taskId, runId }: RunKey): string => `${taskId}/${runId}`;
export const readRun = (text: string): RunKey => {
  const [taskId = '', runId = '0'] = text.split('/');
  return { taskId, runId: Number(runId) };
};

/** The claims of one transaction, one entry for each worker: a worker that waited twice is written once. */
export const claimsByWorker = (
  claims: readonly (RunKey & Pick<WorkerKey, 'workerGroup' | 'workerId'>)[],
): readonly { readonly workerGroup: string; readonly workerId: string; readonly runs: readonly string[] }[] => {
  const workers = new Map<string, { workerGroup: string; workerId: string; runs: string[] }>();
  for (const { workerGroup, workerId, ...run } of claims) {
    const key = `${workerGroup}/${workerId}`;
    const known = workers.get(key) ?? { workerGroup, workerId, runs: [] };
    known.runs.push(writeRun(run));
    workers.set(key, known);
  }
  return [...workers.values()].map((w) => ({ ...w, runs: w.runs.slice(-maxRecentTasks) }));
};
