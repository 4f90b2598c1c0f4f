import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunningWorker, StopOptions, WorkerOptions } from '../options.ts';
import { backOffMs, pause } from '../pause.ts';
import { workerEnvironment } from '../task/environment.ts';
import type { Note, Order, PortableOptions } from './messages.ts';

const restartPauses = { firstMs: 1_000, maxMs: 30_000 } as const;
// A process that has lived for so long was fine: the next crash is counted as the first.
const healthyMs = 60_000;

/**
 * Starts a worker in a process of its own, for a server that wants to answer requests meanwhile: starting a command halts the process
 * that does it for 5 to 20 milliseconds when it is as large as a server (the system copies its memory map), and for one when it is small.
 * It is the same as `startWorker` otherwise. A process that dies is started again; it never outlives this one. Nothing is thrown.
 */
export const startWorkerProcess = (options: Omit<WorkerOptions, 'onIdle' | 'onRefused'>): RunningWorker => {
  const { log, environment = process.env, onTasks, ...portable } = options;
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let running: readonly string[] = [];
  const setRunning = (now: readonly string[]) => {
    running = now;
    try {
      onTasks?.(now);
    } catch (err) {
      log.error({ err }, 'a listener to the running tasks failed');
    }
  };
  const runOnce = (): Promise<void> =>
    new Promise((ended) => {
      child = forkWorker(portable, environment);
      child.on('message', (note: Note) => {
        if ('level' in note) log[note.level](note.fields, note.message);
        else setRunning(note.running);
      });
      child.on('error', (err) => log.error({ err }, 'the process of the worker cannot be used'));
      // `close` comes after the last message, and also when the process could not be started.
      child.once('close', () => {
        if (running.length > 0) setRunning([]);
        ended();
      });
    });
  const work = async () => {
    for (let failures = 0; !stopping.signal.aborted;) {
      const began = performance.now();
      await runOnce();
      if (stopping.signal.aborted) return;
      failures = performance.now() - began > healthyMs ? 1 : failures + 1;
      const pauseMs = Math.round(backOffMs(failures, restartPauses));
      log.error(
        { exitCode: child?.exitCode, signal: child?.signalCode, pauseMs },
        'the process of the worker has ended and will be started again',
      );
      await pause(pauseMs, stopping.signal);
    }
  };
  const done = work();
  return {
    done,
    stop: async (how: StopOptions = {}) => {
      stopping.abort();
      if (child?.connected) tell(child, { stop: how });
      await done;
    },
    status: () => ({ running }),
  };
};

const forkWorker = (portable: PortableOptions, environment: Readonly<Record<string, string | undefined>>): ChildProcess => {
  const child = fork(join(import.meta.dirname, 'child.ts'), {
    // Ctrl-C in a terminal goes to the whole group: the worker is to be stopped by us.
    detached: true,
    execArgv: [],
    env: workerEnvironment(environment),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  tell(child, { start: portable });
  return child;
};

/** A process that has just died cannot be told anything; its end is noticed elsewhere. */
const tell = (child: ChildProcess, order: Order): void => void child.send(order, () => {});
