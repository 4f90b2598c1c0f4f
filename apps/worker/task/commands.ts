import { commandText, durationText } from '../log/lines.ts';
import type { TaskLog } from '../log/task-log.ts';
import { type CommandResult, runCommand } from '../process/command.ts';
import { type MemoryUse, watchMemory } from '../process/memory.ts';
import { openOutputPipe } from '../process/output-pipe.ts';
import type { PipeFiles } from '../process/pipe-files.ts';
import type { TaskProcesses } from '../process/task-processes.ts';
import type { Plan } from './payload.ts';
import { Problem } from './problem.ts';

export interface CommandsOptions {
  readonly plan: Plan;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** What the commands write to goes through one of these. */
  readonly pipes: PipeFiles;
  readonly log: TaskLog;
  readonly processes: TaskProcesses;
  /** Ends the commands. A Problem as its reason decides how the run ends. */
  readonly signal: AbortSignal;
}

/**
 * Runs the commands of a task, one after the other until one fails, for at most `maxRunTime`. Everything they say goes into the log, in
 * order. What they leave running is killed. Throws a Problem when they did not all succeed, and the signal's reason when it was aborted.
 */
export const runCommands = async (options: CommandsOptions): Promise<void> => {
  const { plan, log, pipes } = options;
  const pipe = await pipes.take();
  const output = openOutputPipe(pipe, (bytes) => log.write(bytes));
  const limit = new AbortController();
  const { maxRunTimeSeconds } = plan;
  const timer = setTimeout(
    () => limit.abort(new Problem('failed', `task aborted - max run time exceeded (${maxRunTimeSeconds} s)`)),
    Math.min(maxRunTimeSeconds * 1000, longestTimerMs),
  );
  const monitor = plan.monitorsMemory
    ? () => watchMemory(() => limit.abort(new Problem('failed', 'task aborted - the machine was running out of memory')))
    : undefined;
  const signal = AbortSignal.any([options.signal, log.broken, limit.signal]);
  signal.addEventListener('abort', () => log.say('error', 'Aborting task...'), { once: true });
  try {
    for (const [index, argv] of plan.commands.entries()) {
      log.say('info', `Executing command ${index}: ${commandText(argv)}`);
      const watching = monitor?.();
      const result = await runCommand({ ...options, argv, output, signal, onStart: (group) => options.processes.add(group) });
      log.say('info', resultText(result, watching?.stop()));
      signal.throwIfAborted();
      judge(index, result, plan);
    }
  } finally {
    clearTimeout(timer);
    await output.close();
    options.processes.end();
    pipes.give(pipe);
  }
};

// What setTimeout can count.
const longestTimerMs = 2 ** 31 - 1;

const judge = (index: number, { exitCode, detail }: CommandResult, { retryExitCodes }: Plan): void => {
  if (exitCode === 0) return;
  if (retryExitCodes.includes(exitCode)) {
    throw new Problem(
      'intermittent-task',
      `Command ${index} ended with exit code ${exitCode}, which the payload lists as worth another try.`,
    );
  }
  if (exitCode === -2) throw new Problem('failed', `Command ${index} could not be started: ${detail}.`);
  throw new Problem(
    'failed',
    detail === undefined ? `Command ${index} ended with exit code ${exitCode}.` : `Command ${index} was ended by ${detail}.`,
  );
};

const outcomeOf = (exitCode: number) => (exitCode === 0 ? 'SUCCEEDED' : exitCode === -4 ? 'ABORTED' : 'FAILED');

const resultText = ({ exitCode, detail, wallMs }: CommandResult, memory: MemoryUse | undefined): string =>
  [
    `   Exit Code: ${exitCode}${detail === undefined ? '' : ` (${detail})`}`,
    `   Wall Time: ${durationText(wallMs)}`,
    ...(memory ? [` Memory Used: ${memoryText(memory)}`] : []),
    `      Result: ${outcomeOf(exitCode)}`,
  ].join('\n');

/** Of the whole machine: what the command itself used is not known. */
const memoryText = ({ averageUsed, peakUsed, total }: MemoryUse): string =>
  `${mebibytes(averageUsed)} MiB of the machine's ${mebibytes(total)} MiB on average, ${mebibytes(peakUsed)} MiB at most`;

const mebibytes = (bytes: number) => Math.round(bytes / (1 << 20));
