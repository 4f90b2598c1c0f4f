import type { GenericWorkerPayload, TaskDefinitionRequest } from '@taskcluster/contracts';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { wrongUse } from '../../exit.ts';

/** What to run, as the command line says it. */
export interface Wanted {
  readonly command: readonly string[];
  readonly queue: string;
  /** `K=V`, or `K` for the value that it has here. */
  readonly env: readonly string[];
  readonly artifacts: readonly string[];
  readonly name: string | undefined;
  readonly maxRunTimeSeconds: number;
}
interface Surroundings {
  readonly now: Date;
  readonly rootUrl: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type PayloadArtifact = NonNullable<GenericWorkerPayload['artifacts']>[number];
const maxNameLength = 255;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The definition of a task that runs one command on a worker that executes argv arrays. */
export const definitionOf = (wanted: Wanted, { now, rootUrl, env }: Surroundings): TaskDefinitionRequest => {
  const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const name = wanted.name ?? wanted.command.join(' ').replace(/\s+/g, ' ');
  const payload: GenericWorkerPayload = {
    command: [[...wanted.command]],
    maxRunTime: wanted.maxRunTimeSeconds,
    ...(wanted.env.length > 0 && { env: environment(wanted.env, env) }),
    ...(wanted.artifacts.length > 0 && { artifacts: wanted.artifacts.map(artifactOf).map(unique) }),
  };
  return {
    taskQueueId: wanted.queue,
    created: now.toISOString(),
    // A day to wait for a worker, beside the time that the task itself may take.
    deadline: after(dayMs + wanted.maxRunTimeSeconds * 1000),
    expires: after(31 * dayMs),
    payload,
    metadata: {
      name: name.length > maxNameLength ? `${name.slice(0, maxNameLength - 1)}…` : name,
      description: 'Created on the command line by `taskcluster run`.',
      owner: `${userInfo().username}@${hostname()}`,
      source: rootUrl,
    },
  };
};

const environment = (given: readonly string[], here: Surroundings['env']): Record<string, string> =>
  Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      const name = at < 0 ? text : text.slice(0, at);
      const value = at < 0 ? here[name] : text.slice(at + 1);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw wrongUse(`--env ${JSON.stringify(text)} does not begin with the name of a variable. Write --env NAME=VALUE.`);
      if (value === undefined) throw wrongUse(`--env ${name}: there is no such variable here. Give its value: --env ${name}=VALUE.`);
      return [name, value];
    }),
  );

/** `out/report.html` becomes `public/report.html`; a slash at the end stands for a folder and everything in it. */
const artifactOf = (given: string): PayloadArtifact => {
  const folder = given.endsWith('/');
  const base = path.posix.basename(given);
  if (base === '' || base === '.' || base === '..')
    throw wrongUse(`--artifact ${JSON.stringify(given)} has no name. Give the path of a file or folder that the task makes.`);
  return { type: folder ? 'directory' : 'file', path: folder ? given.replace(/\/+$/, '') : given, name: `public/${base}` };
};

const unique = (artifact: PayloadArtifact, at: number, all: readonly PayloadArtifact[]): PayloadArtifact => {
  const first = all.findIndex(({ name }) => name === artifact.name);
  if (first !== at)
    throw wrongUse(`${all[first]?.path} and ${artifact.path} would both be the artifact ${artifact.name}. Give them different names.`);
  return artifact;
};
