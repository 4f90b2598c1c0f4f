import { availableParallelism, hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { CallError, Credentials } from '@taskcluster/client';
import { createLog, type Log } from '@taskcluster/log';
import type { RunningWorker, WorkerOptions } from './options.ts';
import { plainLog } from './plain-log.ts';
import { startWorker } from './worker.ts';

export const workerHelp = `taskcluster worker --queue local/default --capacity 4

Claims tasks of a queue and runs them on this machine, as the user that you are now.

  --root-url URL        the platform (TASKCLUSTER_ROOT_URL, else http://localhost:8080)
  --queue QUEUE         whose tasks to run: provisionerId/workerType (local/default)
  --worker-group GROUP  where this worker is (local)
  --worker-id ID        its name within the group (the name of this machine)
  --capacity N          tasks at a time, 1 to 255 (the number of cores: ${availableParallelism()})
  --tasks-dir FOLDER    where tasks get their folders (tasks)
  --keep-task-dirs      do not delete the folder of a task that is over
  --max-run-time S      the longest maxRunTime that a payload may ask for, in seconds (86400)
  --verbose             say more

Credentials come from TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and TASKCLUSTER_CERTIFICATE. They need the scopes
queue:claim-work:<queue> and queue:worker-id:<group>/<id>, and web:read-pulse to stop canceled tasks at once.

Ctrl-C or SIGTERM stops the worker: its tasks are killed and run again elsewhere. The second one ends it without a word to the platform.
Exit codes: 0 stopped, 2 wrong use, 3 refused.
`;

const exitCodes = { stopped: 0, wrongUse: 2, refused: 3 } as const;

/** Runs a worker until it is told to stop, and answers with what the process should exit with. Notes go to standard error. */
export const runWorker = async (argv: readonly string[]): Promise<number> => {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv, process.env);
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
    return exitCodes.wrongUse;
  }
  if (wanted === 'help') {
    process.stdout.write(workerHelp);
    return exitCodes.stopped;
  }
  return run(wanted);
};

const run = async (options: Omit<WorkerOptions, 'log'> & { readonly log: Log }): Promise<number> => {
  const { workerGroup, workerId, taskQueueId, rootUrl, capacity } = options;
  let refusal: CallError | undefined;
  let worker: RunningWorker | undefined;
  try {
    worker = startWorker({
      ...options,
      onRefused: (error) => {
        refusal = error;
        // What runs goes on with credentials of its own.
        void worker?.stop({ finishTasks: true });
      },
    });
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
    return exitCodes.wrongUse;
  }
  process.stderr.write(
    `Worker ${workerGroup}/${workerId} runs tasks of ${taskQueueId} at ${rootUrl}, ${capacity} at a time. Ctrl-C stops it.\n`,
  );
  const release = onSignals(worker);
  await worker.done;
  release();
  if (!refusal) return exitCodes.stopped;
  process.stderr.write(`${options.rootUrl} refuses to give tasks to this worker. ${refusal.message}\n`);
  return exitCodes.refused;
};

const onSignals = (worker: RunningWorker): (() => void) => {
  let told = false;
  const heard = (signal: NodeJS.Signals) => {
    if (told) process.exit(signal === 'SIGINT' ? 130 : 143);
    told = true;
    const { running } = worker.status();
    process.stderr.write(
      running.length === 0
        ? 'Stopping.\n'
        : `Stopping. ${running.length} running ${running.length === 1 ? 'task is' : 'tasks are'} handed back.\n`,
    );
    void worker.stop();
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  return () => void process.off('SIGINT', heard).off('SIGTERM', heard);
};

type Wanted = (Omit<WorkerOptions, 'log'> & { readonly log: Log }) | 'help';

/** Reads the command line and the environment. Throws an error whose message says what is wrong and what to do. */
export const wantedOf = (argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): Wanted => {
  const { values } = parsed(argv);
  if (values.help) return 'help';
  const capacity = wholeNumber('--capacity', values.capacity, { fallback: availableParallelism(), max: 255 });
  const maxTaskRunTime = wholeNumber('--max-run-time', values['max-run-time'], { fallback: 86_400, max: 30 * 86_400 });
  const level = values.verbose ? 'debug' : 'info';
  return {
    rootUrl: rootUrlOf(values['root-url'] ?? environment.TASKCLUSTER_ROOT_URL ?? 'http://localhost:8080'),
    credentials: credentialsOf(environment),
    taskQueueId: matching('--queue', values.queue ?? 'local/default', /^[a-zA-Z0-9-_]{1,38}\/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$/),
    workerGroup: matching('--worker-group', values['worker-group'] ?? 'local', workerName),
    workerId: matching('--worker-id', values['worker-id'] ?? machineName(), workerName),
    capacity,
    tasksDir: values['tasks-dir'] ?? 'tasks',
    cleanUpTaskDirs: !values['keep-task-dirs'],
    settings: { maxTaskRunTime },
    log: process.stderr.isTTY ? plainLog({ verbose: values.verbose ?? false }) : createLog({ level, name: 'worker' }),
  };
};

const workerName = /^[a-zA-Z0-9-_]{1,38}$/;
const machineName = () =>
  hostname()
    .replaceAll(/[^a-zA-Z0-9-_]+/g, '-')
    .slice(0, 38) || 'worker';

const parsed = (argv: readonly string[]) => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = ['root-url', 'queue', 'worker-group', 'worker-id', 'capacity', 'tasks-dir', 'max-run-time'] as const;
  type Texts = Record<(typeof names)[number], typeof text>;
  const options = {
    ...(Object.fromEntries(names.map((name) => [name, text])) as Texts),
    'keep-task-dirs': flag,
    verbose: flag,
    help: { ...flag, short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options });
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.message : String(err)}\nSee taskcluster worker --help.`, { cause: err });
  }
};

const wholeNumber = (
  option: string,
  given: string | undefined,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number => {
  if (given === undefined) return fallback;
  const number = Number(given);
  if (!/^\d{1,9}$/.test(given) || number < 1 || number > max)
    throw new Error(`${option} is ${JSON.stringify(given)}. Give a whole number from 1 to ${max}.`);
  return number;
};

const matching = (option: string, given: string, pattern: RegExp): string => {
  if (!pattern.test(given)) throw new Error(`${option} is ${JSON.stringify(given)}. It must match ${pattern.source}.`);
  return given;
};

const rootUrlOf = (given: string): string => {
  if (!URL.canParse(given) || !/^https?:/.test(given))
    throw new Error(`The root URL is ${JSON.stringify(given)}. Give one such as https://tc.example.com.`);
  return given.replace(/\/+$/, '');
};

const credentialsOf = (environment: Readonly<Record<string, string | undefined>>): Credentials => {
  const { TASKCLUSTER_CLIENT_ID: clientId, TASKCLUSTER_ACCESS_TOKEN: accessToken, TASKCLUSTER_CERTIFICATE: certificate } = environment;
  if (!clientId || !accessToken) {
    throw new Error(
      'The worker has no credentials. Set TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and for temporary ones TASKCLUSTER_CERTIFICATE.',
    );
  }
  return { clientId, accessToken, ...(certificate ? { certificate } : {}) };
};
