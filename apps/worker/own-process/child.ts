import type { Log } from '@taskcluster/log';
import type { RunningWorker } from '../options.ts';
import { startWorker } from '../worker.ts';
import type { LogNote, Note, Order } from './messages.ts';

// The program of a worker that `startWorkerProcess` has started.

const tell = (note: Note): void => {
  // A callback, so that a parent that has gone is not an unhandled error.
  if (process.connected) process.send?.(note, () => {});
};

const logThrough = (inherited: object = {}): Log => {
  const line = (level: LogNote['level']) => (fields: object, message: string) =>
    tell({ level, fields: { ...inherited, ...fields }, message });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => logThrough({ ...inherited, ...fields }),
  };
};

let worker: RunningWorker | undefined;
const log = logThrough();

process.on('message', (order: Order) => {
  if ('stop' in order) {
    void worker?.stop(order.stop);
    return;
  }
  worker = startWorker({ ...order.start, log, onTasks: (running) => tell({ running }) });
  // Disconnecting rather than exiting: what was said is sent before the process ends by itself.
  void worker.done.then(() => process.disconnect?.());
});
// Without its parent there is nobody to stop it, and probably no platform. The guard kills what runs; the queue runs it again.
process.on('disconnect', () => process.exit());
// The parent decides when to stop; a signal to the whole group of a terminal is not meant for us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void worker?.stop());
process.on('uncaughtException', (err) => {
  log.error({ err }, 'the process of the worker ends because of an unexpected error');
  process.exitCode = 1;
  setImmediate(() => process.exit());
});
