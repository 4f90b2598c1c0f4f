import { CallError, type Client } from '@taskcluster/client';
import type { queue as contract } from '@taskcluster/contracts';
import { randomUUID } from 'node:crypto';
import { count, type History, shown, type Status } from './history.ts';

export interface LoadOptions {
  readonly rootUrl: string;
  readonly credentials: { readonly clientId: string; readonly accessToken: string };
  readonly history: History;
  readonly random: () => number;
  /** How long after its creation the deadline of most tasks is; a tenth have a fifth of it. */
  readonly deadlineSeconds: number;
}
/** What clients know of each other's doing; it stays when the server is another one. */
export interface Memory {
  /** The newest tasks that were created or tried to be. */
  readonly recent: string[];
  readonly groups: string[];
  /** Creations without an answer, to be repeated: tasks that are sent together. */
  readonly unsure: Map<string, readonly NewTask[]>;
}
export interface NewTask {
  readonly taskId: string;
  readonly task: object;
}
/** What all clients of one server share. */
export interface Shared extends LoadOptions {
  readonly queue: Client<typeof contract>;
  readonly stopping: AbortSignal;
  readonly memory: Memory;
}

export const taskQueueId = 'chaos/load';
export const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
export const pick = <T>(list: readonly T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)];

/** One attempt: a client that tries again by itself would hide what became of the first. */
export const once = { retries: 0, timeoutMs: 8_000 } as const;

/** Makes a request and notes what came of it. Answers its result, or undefined. */
export const attempt = async <T>({ history }: Shared, name: string, call: () => Promise<T>): Promise<T | undefined> => {
  try {
    const result = await call();
    count(history, name, 'acknowledged');
    const { status } = (result ?? {}) as { readonly status?: Status };
    if (status) shown(history, status);
    return result;
  } catch (err) {
    // Of these alone it is known that nothing was done.
    const refused = err instanceof CallError && err.status >= 400 && err.status < 500;
    count(history, name, refused ? 'refused' : 'unknown');
    return undefined;
  }
};
