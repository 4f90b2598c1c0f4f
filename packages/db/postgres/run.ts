import { spawn } from 'node:child_process';
import type { ServerUser } from './server-user.ts';

export interface RunRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly user: ServerUser;
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to the program's standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end as the server's user. `output` has both streams; a program that cannot be started rejects. */
export function run(request: RunRequest): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.file, request.args, {
      ...request.user.spawn,
      cwd: request.cwd ?? '/',
      env: request.env,
      // Its own session: Ctrl-C in the terminal is for us to handle.
      detached: true,
      ...(request.signal && { signal: request.signal }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
    child.stdin.on('error', () => {}); // a program that ended early does not read its input; its exit code tells
    child.stdin.end(request.input ?? '');
  });
}
