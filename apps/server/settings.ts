import { duration, integer, text } from '@taskcluster/config';
import { metricsSetting } from '@taskcluster/metrics';

/** Scheme, host and port (api-conventions, section 1). Every address that is given out begins with it, and signatures cover host and port. */
const rootUrlOf = (given: string): string => {
  const bare = given.trim().replace(/\/+$/, '');
  const { protocol, origin, href } = URL.parse(bare) ?? {};
  // What is no origin has a path, a query, a fragment or a password.
  if (origin === undefined || !['http:', 'https:'].includes(protocol ?? '') || href !== `${origin}/`)
    throw new Error('an address such as https://tc.example.com was expected: http or https, a host, perhaps a port, and nothing else');
  return origin;
};

/** Settings of the process itself; each service adds its own. */
export const settings = {
  databaseUrl: text({
    env: 'DATABASE_URL',
    default: '',
    secret: true,
    description: 'A PostgreSQL (15 to 18) to use instead of the embedded one.',
  }),
  rootUrl: {
    env: 'TASKCLUSTER_ROOT_URL',
    default: '',
    description: 'The address that users and workers have; without it, the one that this process listens on.',
    parse: rootUrlOf,
  },
  secret: text({
    env: 'TASKCLUSTER_SECRET',
    default: '',
    secret: true,
    description: '64 hexadecimal digits from which keys are derived; without it, the file secret.key of the data folder.',
  }),
  rootAccessToken: text({
    env: 'ROOT_ACCESS_TOKEN',
    default: '',
    secret: true,
    description: 'The access token of the root client; without it, one is made at first start.',
  }),
  logLevel: text({ env: 'LOG_LEVEL', default: 'warn', description: 'debug, info, warn, error or silent.' }),
  databaseConnections: integer({
    env: 'DATABASE_CONNECTIONS',
    default: 12,
    min: 4,
    max: 500,
    description: 'The most connections of this process to the database, and half as many more for the queue.',
  }),
  messageRetentionMs: duration({
    env: 'MESSAGE_RETENTION',
    default: '7d',
    description: 'How long messages are kept for listeners that were away. What the platform itself has yet to read is kept longer.',
  }),
  keepAliveMs: duration({
    env: 'KEEP_ALIVE_TIMEOUT_SECONDS',
    default: '90s',
    description:
      'How long a connection without a request is kept. It must be longer than a load balancer in front keeps its own; see running.md.',
  }),
  metrics: metricsSetting,
  drainMs: duration({ env: 'DRAIN_TIMEOUT', default: '10s', description: 'How long running requests may take when the process stops.' }),
} as const;
