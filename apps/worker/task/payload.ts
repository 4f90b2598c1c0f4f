import { type ClaimedTask, GenericWorkerPayload } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import { Problem } from './problem.ts';

/** A payload with everything filled in that its author left out. */
export interface Plan {
  readonly commands: readonly (readonly string[])[];
  readonly environment: Readonly<Record<string, string>>;
  readonly maxRunTimeSeconds: number;
  readonly artifacts: readonly PlannedArtifact[];
  readonly logs: LogPlan;
  readonly monitorsMemory: boolean;
  /** A command that fails with one of these exit codes makes the run intermittent: the queue tries again. */
  readonly retryExitCodes: readonly number[];
  /** Worth a line in the log. */
  readonly warnings: readonly string[];
}

/** The names of the log's artifacts; undefined when the task does not want it. */
export interface LogPlan {
  readonly live: string | undefined;
  readonly backing: string | undefined;
}

export interface PlannedArtifact {
  readonly type: 'file' | 'directory';
  readonly path: string;
  readonly name: string;
  readonly optional: boolean;
  readonly expires: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: 'identity' | 'gzip' | undefined;
}

/** Where the log goes when the payload does not say, or cannot be understood. */
export const defaultLogs: LogPlan = { live: 'public/logs/live.log', backing: 'public/logs/live_backing.log' };

const validate = validatorOf(GenericWorkerPayload);

/**
 * Reads the payload of a task.
 * Throws a malformed-payload Problem for one that breaks the schema, contradicts the task's dates, or asks for what this worker cannot do:
 * nothing is ever ignored silently (worker.md, sections 5, 6 and 20).
 */
export const readPayload = (
  { task, status }: Pick<ClaimedTask, 'task' | 'status'>,
  { maxTaskRunTime }: { readonly maxTaskRunTime: number },
): Plan => {
  const payload = wellFormed(task.payload);
  refuseUnsupported(payload);
  if (payload.maxRunTime > maxTaskRunTime) {
    throw malformed(
      `maxRunTime is ${payload.maxRunTime} seconds, and this worker allows ${maxTaskRunTime}. Ask for less, or split the task.`,
    );
  }
  refuseUnusableText(payload);
  const { backingLog = true, liveLog = true, resourceMonitor = true } = payload.features ?? {};
  const logs: LogPlan = {
    live: liveLog ? (payload.logs?.live ?? defaultLogs.live) : undefined,
    backing: backingLog ? (payload.logs?.backing ?? defaultLogs.backing) : undefined,
  };
  for (const name of [logs.live, logs.backing]) if (name !== undefined) refuseUnusableName(name);
  const dates = { deadline: task.deadline, expires: status.expires };
  const planned = (payload.artifacts ?? []).map((artifact) => plannedArtifact(artifact, dates));
  const reserved = planned.filter(({ name }) => name === logs.live || name === logs.backing);
  return {
    commands: payload.command,
    environment: payload.env ?? {},
    maxRunTimeSeconds: payload.maxRunTime,
    artifacts: planned.filter((artifact) => !reserved.includes(artifact)),
    logs,
    monitorsMemory: resourceMonitor,
    retryExitCodes: payload.onExitStatus?.retry ?? [],
    warnings: reserved.map(({ name }) => `The artifact ${name} is left out: the worker keeps the log under that name.`),
  };
};

const malformed = (message: string) => new Problem('malformed-payload', message);

const wellFormed = (payload: unknown): GenericWorkerPayload => {
  if (typeof payload === 'object' && payload !== null && 'image' in payload) {
    throw malformed(
      'The payload has an image, so it is meant for a worker that runs containers. Use `command` with lists of arguments here.',
    );
  }
  // The validator fills in defaults, and the claim is not ours to change.
  const copy = structuredClone(payload);
  const problems = validate(copy);
  if (!problems) return copy as GenericWorkerPayload;
  throw new Problem(
    'malformed-payload',
    ['The payload does not match the schema of this worker:', ...problems.map((line) => `  ${line}`)].join('\n'),
    {
      details: `The schema of the payload is: ${JSON.stringify(GenericWorkerPayload, undefined, 2)}`,
    },
  );
};

const refuseUnsupported = ({ features = {}, mounts = [], osGroups = [] }: GenericWorkerPayload) => {
  const wanted = [
    ...(['taskclusterProxy', 'interactive', 'loopbackAudio', 'loopbackVideo'] as const)
      .filter((name) => features[name])
      .map((name) => `features.${name}`),
    ...(mounts.length > 0 ? ['mounts'] : []),
    ...(osGroups.length > 0 ? ['osGroups'] : []),
  ];
  if (wanted.length > 0)
    throw malformed(`This worker does not offer ${wanted.join(', ')}. Remove it from the payload, or use another task queue.`);
};

/** The operating system cannot take these; without the check a command would fail to start with a less clear message. */
const refuseUnusableText = ({ command, env = {} }: GenericWorkerPayload) => {
  if (command.some((argv) => argv.some((argument) => argument.includes('\0'))))
    throw malformed('An argument of a command contains a NUL character.');
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name)) throw malformed(`${JSON.stringify(name)} cannot be the name of an environment variable.`);
    if (value.includes('\0')) throw malformed(`The environment variable ${name} contains a NUL character.`);
  }
};

// Queue, "Artifacts": one or more printable ASCII characters.
const artifactName = /^[\x20-\x7e]{1,1024}$/;
/** Whether the queue takes an artifact of this name. */
export const isArtifactName = (name: string): boolean => artifactName.test(name);

const refuseUnusableName = (name: string) => {
  if (!isArtifactName(name))
    throw malformed(`${JSON.stringify(name)} cannot be the name of an artifact: use 1 to 1024 printable ASCII characters.`);
};

type PayloadArtifact = NonNullable<GenericWorkerPayload['artifacts']>[number];
interface Dates {
  readonly deadline: string;
  readonly expires: string;
}

const plannedArtifact = (artifact: PayloadArtifact, dates: Dates): PlannedArtifact => {
  // The names of a directory's artifacts are `<name>/<relative path>`; with an empty name they are the relative paths themselves.
  const name = (artifact.name ?? artifact.path).replaceAll('\\', '/');
  if (artifact.type === 'file' || name !== '') refuseUnusableName(name);
  if (artifact.path.includes('\0')) throw malformed(`The path of the artifact ${name} contains a NUL character.`);
  if (artifact.contentType !== undefined && !mediaType.test(artifact.contentType)) {
    throw malformed(
      `${JSON.stringify(artifact.contentType)} cannot be the content type of ${name}: use something like text/plain; charset=utf-8.`,
    );
  }
  return {
    type: artifact.type,
    path: artifact.path,
    name,
    optional: artifact.optional ?? false,
    expires: artifactExpiry(name, artifact.expires, dates),
    contentType: artifact.contentType,
    contentEncoding: artifact.contentEncoding,
  };
};

// It becomes an HTTP header of the upload, where `type/subtype` is the least.
const mediaType = /^(?=.{0,255}$)[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(;[\x20-\x7e]*)?$/;

// Dates are often computed twice and rounded to seconds on the way.
const toleranceMs = 1_000;

const artifactExpiry = (name: string, expires: string | undefined, dates: Dates): string => {
  if (expires === undefined) return dates.expires;
  const at = Date.parse(expires);
  if (at < Date.parse(dates.deadline) - toleranceMs) {
    throw malformed(
      `The artifact ${name} expires at ${expires}, before the deadline of the task (${dates.deadline}). Choose a later time.`,
    );
  }
  if (at > Date.parse(dates.expires) + toleranceMs) {
    throw malformed(`The artifact ${name} expires at ${expires}, after the task itself (${dates.expires}). Choose an earlier time.`);
  }
  return at > Date.parse(dates.expires) ? dates.expires : expires;
};
