/**
 * What commands find in their environment: the worker's own, without secrets; then what the payload says; then a fixed set
 * that the payload cannot change (worker.md, section 7, insecure engine).
 */
export interface EnvironmentOptions {
  /** The environment of the worker. */
  readonly worker: Readonly<Record<string, string | undefined>>;
  readonly payload: Readonly<Record<string, string>>;
  readonly taskId: string;
  readonly runId: number;
  readonly taskGroupId: string;
  readonly rootUrl: string;
  /** The task's folder. */
  readonly folder: string;
}

export const taskEnvironment = ({
  worker,
  payload,
  taskId,
  runId,
  taskGroupId,
  rootUrl,
  folder,
}: EnvironmentOptions): Record<string, string> => ({
  ...withoutSecrets(worker),
  ...payload,
  TASK_ID: taskId,
  RUN_ID: String(runId),
  TASK_GROUP_ID: taskGroupId,
  TASK_WORKDIR: folder,
  TASKCLUSTER_ROOT_URL: rootUrl,
  ...inherited(worker),
});

/** The part of an environment that a worker needs in its own: nothing secret, and what it tells its tasks about the place. */
export const workerEnvironment = (environment: Readonly<Record<string, string | undefined>>): Record<string, string> => ({
  ...withoutSecrets(environment),
  ...inherited(environment),
});

// The platform's own settings and credentials begin with TASKCLUSTER_; the rest are the ways in which secrets are usually handed to a
// server. NODE_OPTIONS and npm's variables are about the process of the worker, and would change how a task's own Node programs run.
const hiddenNames = /^(TASKCLUSTER_|PG[A-Z]+$|AMQP_|PULSE_|SENTRY_|npm_|NODE_OPTIONS$|NODE_CHANNEL_|INIT_CWD$)/;
const secretWords = /SECRET|PASSW(OR)?D|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|ACCESS_?KEY|API_?KEY|ACCESS_?TOKEN|AUTH_?TOKEN|DATABASE_URL/i;
const secretEndings = /((^|_)TOKEN|CERTIFICATE)$/i;

/** An environment without the variables that belong to the platform or look like secrets. */
export const withoutSecrets = (environment: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !hiddenNames.test(name) && !secretWords.test(name) && !secretEndings.test(name) && !hasPassword(value))
      kept[name] = value;
  }
  return kept;
};

// Such as postgres://user:password@host: a secret whatever its variable is called.
const hasPassword = (value: string) => /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i.test(value);

const inherited = (worker: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    ['TASKCLUSTER_WORKER_LOCATION', 'TASKCLUSTER_INSTANCE_TYPE'].flatMap((name) =>
      worker[name] === undefined ? [] : [[name, worker[name]]],
    ),
  );
