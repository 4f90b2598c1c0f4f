import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { closed, list, mapOf, oneOfWords, timestamp } from '../schema.ts';

import { Mount } from './mounts.ts';

const PayloadArtifact = closed(
  {
    type: oneOfWords(['file', 'directory'], {
      title: 'Type',
      description: 'A single file, or a directory each of whose files becomes an artifact.',
    }),
    path: Type.String({ title: 'Path', description: 'Where the task leaves it, relative to the task directory.' }),
    name: Type.Optional(
      Type.String({
        title: 'Name',
        description: 'The name of the artifact, or what the names of a directory’s artifacts begin with. The path if absent.',
      }),
    ),
    optional: Type.Optional(
      Type.Boolean({
        title: 'Optional',
        description: 'Whether the task may succeed without it. Its absence is recorded either way.',
        default: false,
      }),
    ),
    expires: Type.Optional(
      timestamp('Expires', 'When the artifact is deleted: between the deadline and the expiry of the task, which is what it is if absent.'),
    ),
    contentType: Type.Optional(
      Type.String({ title: 'Content type', description: 'The media type. Guessed from the file’s extension if absent.' }),
    ),
    contentEncoding: Type.Optional(
      oneOfWords(['identity', 'gzip'], {
        title: 'Content encoding',
        description:
          'Whether the file is compressed for storage. If absent it is, unless its extension says that it is compressed already.',
      }),
    ),
  },
  { title: 'Artifact', description: 'Something that the task leaves behind.' },
);

const flag = (title: string, description: string) => Type.Optional(Type.Boolean({ title, description }));
const flagByDefault = (title: string, description: string) => Type.Optional(Type.Boolean({ title, description, default: true }));

const Features = closed(
  {
    backingLog: flagByDefault('Backing log', 'Keeps the log as an artifact when the task is over.'),
    liveLog: flagByDefault('Live log', 'Lets the log be read while the task runs.'),
    resourceMonitor: flagByDefault('Resource monitor', 'Aborts the task when the machine is about to run out of memory.'),
    taskclusterProxy: flag(
      'Proxy',
      'Offers an HTTP server that signs requests with the scopes of the task. Its address is in `TASKCLUSTER_PROXY_URL`.',
    ),
    interactive: flag('Interactive', 'Offers a shell beside the running task.'),
    loopbackAudio: flag('Loopback audio', 'Gives the task an audio device without hardware. Linux only.'),
    loopbackVideo: flag('Loopback video', 'Gives the task a video device without hardware. Linux only.'),
  },
  { title: 'Features', description: 'What the worker does around the commands. A feature that the worker lacks is an error, not ignored.' },
);

const OnExitStatus = closed(
  {
    retry: Type.Optional(
      list(Type.Integer({ title: 'Exit code', description: 'An exit code of a command.', minimum: 1 }), {
        title: 'Retry',
        description: 'When a command ends with one of these exit codes, the task is run again while it has retries left.',
        uniqueItems: true,
      }),
    ),
    purgeCaches: Type.Optional(
      list(Type.Integer({ title: 'Exit code', description: 'An exit code of a command.', minimum: 0 }), {
        title: 'Purge caches',
        description: 'When the last command ends with one of these exit codes, the caches of the task are deleted.',
        uniqueItems: true,
      }),
    ),
  },
  { title: 'On exit status', description: 'Exit codes that mean more than success or failure.' },
);

const Logs = closed(
  {
    backing: Type.Optional(
      Type.String({ title: 'Backing log', description: 'The artifact that keeps the log.', default: 'public/logs/live_backing.log' }),
    ),
    live: Type.Optional(
      Type.String({
        title: 'Live log',
        description: 'The artifact to read the log from, while the task runs and after.',
        default: 'public/logs/live.log',
      }),
    ),
  },
  { title: 'Log names', description: 'What the artifacts with the log are called.' },
);

/** What a task tells a worker that runs commands as its own user on Linux or macOS. */
export const GenericWorkerPayload = named(
  'generic-worker/insecure_posix',
  closed(
    {
      command: list(
        list(Type.String({ title: 'Argument', description: 'The program, or one of its arguments.' }), {
          title: 'Command',
          description: 'A program and its arguments. There is no shell between them.',
          minItems: 1,
          uniqueItems: false,
        }),
        { title: 'Commands', description: 'What to run, one after the other until one fails.', minItems: 1, uniqueItems: false },
      ),
      maxRunTime: Type.Integer({
        title: 'Maximum run time',
        description: 'After this many seconds of running its commands the task is aborted and fails.',
        minimum: 1,
        multipleOf: 1,
      }),
      env: Type.Optional(
        mapOf(Type.String(), {
          title: 'Environment',
          description: 'Environment variables of the commands, in addition to those of the worker.',
        }),
      ),
      artifacts: Type.Optional(
        list(PayloadArtifact, {
          title: 'Artifacts',
          description: 'What to upload when the commands are done, failed ones included.',
          uniqueItems: true,
        }),
      ),
      features: Type.Optional(Features),
      mounts: Type.Optional(
        list(Mount, {
          title: 'Mounts',
          description: 'Files and directories that are there before the commands start.',
          uniqueItems: false,
        }),
      ),
      onExitStatus: Type.Optional(OnExitStatus),
      logs: Type.Optional(Logs),
      osGroups: Type.Optional(
        list(Type.String({ title: 'Group', description: 'A group of the operating system.' }), {
          title: 'Groups of the operating system',
          description: 'Groups that the user of the worker has to belong to. Each needs a scope.',
          uniqueItems: true,
        }),
      ),
      taskclusterProxyInterface: Type.Optional(
        oneOfWords(['localhost', 'docker-bridge'], {
          title: 'Interface of the proxy',
          description: 'Where the proxy listens: on the machine itself, or where containers can reach it.',
          default: 'localhost',
        }),
      ),
      supersederUrl: Type.Optional(
        Type.String({ title: 'Superseder URL', description: 'Accepted for the sake of old definitions, and ignored.' }),
      ),
    },
    { title: 'Worker payload', description: 'Commands, what they find when they start, and what is kept of what they leave.' },
  ),
);
export type GenericWorkerPayload = Static<typeof GenericWorkerPayload>;
