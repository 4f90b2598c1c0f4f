export { type RunningPush, pushMetrics, type PushOptions } from './push.ts';
export {
  type Counter,
  createMetrics,
  type Gauge,
  type Histogram,
  type LabelsOf,
  type MetricsRegistry,
  type Recorders,
} from './registry.ts';
export { type MetricsServer, serveMetrics, type ServeOptions } from './serve.ts';
export { type MetricsConfig, type MetricsPush, metricsSetting } from './settings.ts';
