/** What the exit codes of the command mean. Scripts rely on them. */
export const exit = {
  done: 0,
  /** The task, or a task of the group, failed. */
  taskFailed: 1,
  /** The question was answered, and the answer is no: as `grep` and `diff` do. */
  no: 1,
  /** The command line, or what it names, is wrong. */
  wrongUse: 2,
  /** The platform refused: not signed in, or without the scope. */
  refused: 3,
  /** The platform cannot be reached, or cannot answer now. */
  unreachable: 4,
  /** A mistake in this program: 70 is `EX_SOFTWARE` of sysexits.h. */
  fault: 70,
  /** Ctrl-C: 128 and the number of SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** Ends the command with a message for people: one sentence says what happened, one what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export const wrongUse = (message: string): CommandError => new CommandError(message, exit.wrongUse);
