import { setTimeout as after } from 'node:timers/promises';

/** Waits; answers early, and without an error, when the signal is aborted. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await after(Math.max(0, ms), undefined, { signal }).catch(() => {});
};

/** The pause before the next try: doubling, at most `maxMs`, a quarter more or less so that many workers do not march in step. */
export const backOffMs = (failures: number, { firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number }): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(20, Math.max(0, failures - 1))) * (0.75 + Math.random() / 2);
