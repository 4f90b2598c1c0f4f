import type { Log } from '@taskcluster/log';
import type { MetricsRegistry } from './registry.ts';
import type { MetricsPush } from './settings.ts';

export interface RunningPush {
  /** Sends the metrics a last time and ends. */
  stop(): Promise<void>;
}

export interface PushOptions extends MetricsPush {
  readonly registry: MetricsRegistry;
  readonly log: Log;
  /** How often in milliseconds; half a minute unless told. */
  readonly everyMs?: number;
}

// As often as the gauges of the queue change.
const usualMs = 30_000;
const timeoutMs = 5_000;

/**
 * Sends the metrics to a Pushgateway now, now and then, and at the end. What is there under the same job and groupings is replaced, so
 * each process needs groupings of its own. A push that fails is logged, and the next one makes up for it.
 */
export const pushMetrics = ({ registry, log, everyMs = usualMs, ...to }: PushOptions): RunningPush => {
  const { url, headers } = targetOf(to);
  const { host } = new URL(url);
  const push = async () => {
    try {
      const body = await registry.text();
      const answer = await fetch(url, {
        method: 'PUT',
        headers: { ...headers, 'content-type': registry.contentType },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`The Pushgateway answered ${answer.status}: ${text.slice(0, 200)}`);
    } catch (err) {
      log.warn({ err, host }, 'metrics could not be pushed and will be pushed again');
    }
  };
  let last = push();
  const timer = setInterval(() => void (last = last.then(push)), everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await (last = last.then(push));
    },
  };
};

/** The address of a group of metrics. A password in the address of the gateway becomes a header. */
const targetOf = ({ gateway, jobName, groupings }: MetricsPush) => {
  const url = new URL(gateway);
  const { username, password } = url;
  url.username = url.password = '';
  const path = Object.entries({ job: jobName, ...groupings }).map(([name, value]) => `/${segment(name, value)}`);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/metrics${path.join('')}`;
  const credentials = [username, password].map(decodeURIComponent).join(':');
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const headers: Readonly<Record<string, string>> = username === '' && password === '' ? {} : { authorization };
  return { url: url.href, headers };
};

// A slash would begin the next name, and dots would go up: such a value is sent in base64, as the gateway wants it.
const segment = (name: string, value: string): string =>
  /\/|^\.{1,2}$/.test(value) ? `${name}@base64/${Buffer.from(value).toString('base64url')}` : `${name}/${encodeURIComponent(value)}`;
