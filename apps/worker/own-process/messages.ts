import type { StopOptions, WorkerOptions } from '../options.ts';

/** What can be told to another process: everything but functions. */
export type PortableOptions = Omit<WorkerOptions, 'log' | 'environment' | 'onTasks' | 'onIdle' | 'onRefused'>;

/** To the worker's process. */
export type Order = { readonly start: PortableOptions } | { readonly stop: StopOptions };

/** From the worker's process. */
export type Note = { readonly running: readonly string[] } | LogNote;

export interface LogNote {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}
