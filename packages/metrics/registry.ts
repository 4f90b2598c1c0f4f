import type { Metric, Metrics } from '@taskcluster/contracts';
import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client';

/** A value for each label of a metric. */
export type LabelsOf<M extends Metric> = { readonly [L in keyof M['labels']]: string | number };

export interface Counter<M extends Metric> {
  add(labels: LabelsOf<M>, by?: number): void;
}
export interface Gauge<M extends Metric> {
  /** All series of the gauge at once: those that it had and that are not among them are gone. */
  set(series: readonly { readonly labels: LabelsOf<M>; readonly value: number }[]): void;
}
export interface Histogram<M extends Metric> {
  observe(labels: LabelsOf<M>, value: number): void;
}
/** What records one metric. */
export type Recorder<M extends Metric> = {
  readonly counter: Counter<M>;
  readonly gauge: Gauge<M>;
  readonly histogram: Histogram<M>;
}[M['type']];
/** What records the metrics of one list. */
export type Recorders<D extends Metrics> = { readonly [K in keyof D]: Recorder<D[K]> };

/** The metrics of a process. There is none where metrics are off, so that whoever records asks for it first. */
export interface MetricsRegistry {
  /** What records these metrics. Throws when the process has no such definition: that is a programming error. */
  recorders<D extends Metrics>(definitions: D): Recorders<D>;
  /** Everything recorded so far, as Prometheus reads it. */
  text(): Promise<string>;
  /** The media type of the text. */
  readonly contentType: string;
}

/**
 * A registry for these definitions; two of them cannot have one name. `prefix` comes before every name, with `_` between
 * (deploy.md, section 13).
 */
export const createMetrics = (lists: readonly Metrics[], prefix = ''): MetricsRegistry => {
  const registry = new Registry();
  const known = new Map<Metric, Recorder<Metric>>();
  for (const metric of lists.flatMap((list) => Object.values(list))) {
    if ([...known.keys()].some(({ name }) => name === metric.name)) throw new Error(`Two metrics are called ${metric.name}.`);
    known.set(metric, recorderOf(metric, { registry, name: prefix === '' ? metric.name : `${prefix}_${metric.name}` }));
  }
  const recorderFor = (metric: Metric): Recorder<Metric> => {
    const recorder = known.get(metric);
    if (!recorder) throw new Error(`The metric ${metric.name} is not defined in this process. Add it to the metrics of a contract.`);
    return recorder;
  };
  return {
    recorders: <D extends Metrics>(definitions: D) =>
      Object.fromEntries(Object.entries(definitions).map(([key, metric]) => [key, recorderFor(metric)])) as Recorders<D>,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

interface Place {
  readonly registry: Registry;
  readonly name: string;
}

const recorderOf = (metric: Metric, { registry, name }: Place): Recorder<Metric> => {
  const options = { name, help: oneLine(metric.description), labelNames: Object.keys(metric.labels), registers: [registry] };
  if (metric.type === 'counter') {
    const counter = new PromCounter(options);
    return { add: (labels, by = 1) => counter.inc({ ...labels }, by) };
  }
  if (metric.type === 'histogram') {
    const histogram = new PromHistogram({ ...options, buckets: [...metric.buckets] });
    return { observe: (labels, value) => histogram.observe({ ...labels }, value) };
  }
  const gauge = new PromGauge(options);
  return {
    set: (series) => {
      gauge.reset();
      for (const { labels, value } of series) gauge.set({ ...labels }, value);
    },
  };
};

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');
