import { commonMetrics, type Contract } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import { createMetrics, type MetricsConfig, type MetricsRegistry, pushMetrics, type Recorders, serveMetrics } from '@taskcluster/metrics';

/** The metrics of a process: what is recorded, and how it gets out. */
export interface ProcessMetrics {
  readonly registry: MetricsRegistry;
  readonly common: Recorders<typeof commonMetrics>;
  stop(): Promise<void>;
}

/** Defines what these contracts measure, and begins to serve and to push it. Nothing when metrics are off (deploy.md, section 13). */
export const openMetrics = async (
  config: MetricsConfig | undefined,
  contracts: readonly Contract[],
  log: Log,
): Promise<ProcessMetrics | undefined> => {
  if (!config) return undefined;
  const registry = createMetrics([commonMetrics, ...contracts.map(({ metrics = {} }) => metrics)], config.prefix);
  const server = config.server && (await serveMetrics({ ...config.server, registry, log }));
  const push = config.push && pushMetrics({ ...config.push, registry, log });
  return {
    registry,
    common: registry.recorders(commonMetrics),
    stop: async () => {
      await push?.stop();
      await server?.close();
    },
  };
};
