import { freemem, totalmem } from 'node:os';

/** When a machine is about to run out of memory (worker.md, section 2). */
export interface MemoryLimits {
  readonly minAvailableBytes: number;
  readonly maxUsedPercent: number;
  /** How long both limits have to be exceeded. */
  readonly toleratedMs: number;
}

export const defaultMemoryLimits: MemoryLimits = { minAvailableBytes: 524_288_000, maxUsedPercent: 90, toleratedMs: 5_000 };

/** The memory of the machine while a command ran, in bytes. */
export interface MemoryUse {
  readonly averageUsed: number;
  readonly peakUsed: number;
  readonly total: number;
}

export interface MemoryMonitor {
  /** Undefined when the command was over before the first look. */
  stop(): MemoryUse | undefined;
}

export interface Memory {
  readonly available: number;
  readonly total: number;
}

const intervalMs = 500;

/** Looks at the memory of the machine twice a second, and calls `onExhausted` once when it has been short for too long. */
export const watchMemory = (
  onExhausted: () => void,
  {
    limits = defaultMemoryLimits,
    look = () => ({ available: freemem(), total: totalmem() }),
  }: { readonly limits?: MemoryLimits; readonly look?: () => Memory } = {},
): MemoryMonitor => {
  let samples = 0;
  let sum = 0;
  let peakUsed = 0;
  let total = 0;
  let shortMs = 0;
  const timer = setInterval(() => {
    const now = look();
    const used = now.total - now.available;
    samples++;
    sum += used;
    peakUsed = Math.max(peakUsed, used);
    total = now.total;
    const before = shortMs;
    shortMs = isShort(now, limits) ? shortMs + intervalMs : 0;
    if (shortMs > limits.toleratedMs && before <= limits.toleratedMs) onExhausted();
  }, intervalMs);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return samples === 0 ? undefined : { averageUsed: Math.round(sum / samples), peakUsed, total };
    },
  };
};

/** Both limits: on a large machine 90 percent may leave plenty, and a small one may never have had that much. */
export const isShort = ({ available, total }: Memory, { minAvailableBytes, maxUsedPercent }: MemoryLimits): boolean =>
  available < minAvailableBytes && ((total - available) / total) * 100 > maxUsedPercent;
