import { type ChildProcess, spawn } from 'node:child_process';
import { killByFolder, killGroup } from './group.ts';
import type { OutputPipe } from './output-pipe.ts';

export interface Command {
  /** The program and its arguments; no shell looks at them. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the task: the working directory, and `TASK_WORKDIR`. */
  readonly folder: string;
  readonly output: OutputPipe;
  /** Ends the command, and whatever it started, at once. */
  readonly signal: AbortSignal;
  /** Told of the process group as soon as it exists. */
  readonly onStart: (group: number) => void;
}

/** How a command ended; the number stands in the log (worker.md, section 7). */
export interface CommandResult {
  /** The exit code; -1 when a signal ended it, -2 when it could not be started, -4 when it was aborted. */
  readonly exitCode: number;
  /** The signal that ended it, or why it could not be started. */
  readonly detail: string | undefined;
  readonly wallMs: number;
}

/**
 * Runs one command to its end, with nothing on its standard input, in a process group of its own. Processes that it leaves behind are not
 * waited for, but everything that it wrote itself has been passed on when this answers. It is never rejected.
 */
export const runCommand = async (command: Command): Promise<CommandResult> => {
  const began = performance.now();
  const end = await (command.signal.aborted ? aborted : ended(command));
  await command.output.drained();
  return { ...end, wallMs: performance.now() - began };
};

type End = Omit<CommandResult, 'wallMs'>;
const aborted: End = { exitCode: -4, detail: undefined };

const ended = (command: Command): Promise<End> =>
  new Promise((resolve) => {
    const [program = '', ...args] = command.argv;
    const { environment: env, folder: cwd, output } = command;
    let child: ChildProcess;
    try {
      child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', output.fd, output.fd] });
    } catch (err) {
      resolve(notStarted(err));
      return;
    }
    const group = child.pid;
    if (group !== undefined) command.onStart(group);
    const kill = () => {
      if (group !== undefined) killGroup(group);
      // Those that left the group are found by their environment.
      killing = killByFolder((folder) => folder === command.folder).catch(() => 0);
      // A process that hangs in the system cannot be killed, and must not hold up the task.
      giveUp = setTimeout(() => finish(aborted), unkillableMs);
    };
    let giveUp: NodeJS.Timeout | undefined;
    let killing: Promise<number> | undefined;
    const finish = (end: End) => {
      clearTimeout(giveUp);
      command.signal.removeEventListener('abort', kill);
      void Promise.resolve(killing).then(() => resolve(end));
    };
    child.on('error', (err) => finish(notStarted(err)));
    child.on('exit', (code, signal) => finish(command.signal.aborted ? aborted : { exitCode: code ?? -1, detail: signal ?? undefined }));
    if (command.signal.aborted) kill();
    else command.signal.addEventListener('abort', kill, { once: true });
  });

const unkillableMs = 10_000;

const notStarted = (err: unknown): End => {
  const { code, message } = err as NodeJS.ErrnoException;
  const why = {
    ENOENT: 'there is no such program, or the folder of the task is gone',
    EACCES: 'it may not be executed',
    E2BIG: 'its arguments and environment are too long',
  }[code ?? ''];
  return { exitCode: -2, detail: why ?? message };
};
