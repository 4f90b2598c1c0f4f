/** What a process measures: its name for Prometheus, and what its labels tell apart. */
export type Metric = Measure &
  (
    | { readonly type: 'counter' | 'gauge' }
    /** `buckets` are the upper bounds, smallest first. */
    | { readonly type: 'histogram'; readonly buckets: readonly number[] }
  );

interface Measure {
  /** Small letters, digits and underscores; with the unit at its end (`_seconds`, `_total`). */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What each label says. A series is kept for each combination of values: they have to be few. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Metrics by the name that code knows them by. */
export type Metrics = Readonly<Record<string, Metric>>;

/** Declares metrics and keeps the names of their labels, from which those who record them get their types. */
export const metrics = <const M extends Metrics>(definitions: M): M => definitions;

const requestLabels = {
  method: 'The HTTP method, in capital letters.',
  name: 'The method of the API.',
  status: 'The HTTP status of the answer.',
  service: 'The service that the method belongs to.',
} as const;

/** The metrics that every process has (deploy.md, section 13). */
export const commonMetrics = metrics({
  httpRequests: {
    name: 'http_requests_total',
    type: 'counter',
    title: 'Requests',
    description: 'How many requests to methods of the API were answered.',
    labels: requestLabels,
  },
  httpRequestDuration: {
    name: 'http_request_duration_seconds',
    type: 'histogram',
    title: 'Time to answer',
    description:
      'How long requests to methods of the API took, from their headers to the last byte of the answer. Long polls and streams last long.',
    labels: requestLabels,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
  iterateDuration: {
    name: 'iterate_duration_seconds',
    type: 'histogram',
    title: 'Background work',
    description: 'How long the steps of background work took.',
    labels: { name: 'The loop.', status: '`success`, or `exception` for a step that failed and will be tried again.' },
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
  },
  messagesGivenUp: {
    name: 'messages_given_up_total',
    type: 'counter',
    title: 'Messages given up',
    description:
      'How many messages a consumer of the platform could not handle in eight attempts. They are kept in `platform.failed_deliveries` for a person.',
    labels: { consumer: 'Who could not handle them.' },
  },
});
