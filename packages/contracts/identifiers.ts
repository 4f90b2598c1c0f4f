import { Type } from 'typebox';
import type { TSchemaOptions } from 'typebox';

/**
 * Patterns are kept as text: a schema publishes the text as it stands, and `RegExp.source` would change it (`/` becomes `\/`).
 */
export const patterns = {
  /** A random (version 4) UUID in 22 URL-safe characters. */
  slugid: '^[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$',
  provisionerId: '^[a-zA-Z0-9-_]{1,38}$',
  workerType: '^[a-z]([-a-z0-9]{0,36}[a-z0-9])?$',
  taskQueueId: '^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$',
  projectId: '^([a-zA-Z0-9._/-]*)$',
  /** The text of schedulers, worker groups and worker ids; their length has its own keywords. */
  word: '^([a-zA-Z0-9-_]*)$',
  printable: '^[\\x20-\\x7e]+$',
  scope: '^[ -~]*$',
  clientId: '^[A-Za-z0-9!@/:.+|_-]+$',
  /** Keys with dots between them; `%` lets users encode what else they need. */
  indexPath: "^([a-zA-Z0-9_!~*'()%-]+\\.)*[a-zA-Z0-9_!~*'()%-]+$",
} as const;

const taskIdDescription = 'Identifies the task. It is chosen by whoever creates it: 22 characters, a random UUID in URL-safe base64.';

export const slugid = (options: TSchemaOptions) => Type.String({ ...options, pattern: patterns.slugid });
export const TaskId = slugid({ title: 'Task id', description: taskIdDescription });
export const TaskGroupId = slugid({
  title: 'Task group id',
  description: 'The group that the task belongs to. By convention the first task of a group gives it its own task id.',
});
export const ProjectId = Type.String({
  title: 'Project id',
  description: 'The project that this counts towards. Scopes may be granted for everything in a project.',
  pattern: patterns.projectId,
  minLength: 1,
  maxLength: 500,
});
export const ScopeText = Type.String({
  title: 'Scope',
  description: 'One permission, in printable ASCII. A `*` at its end stands for any continuation.',
  pattern: patterns.scope,
});

/** Query keys of every method that replies in pages (api-conventions, "Pagination"). */
export const paging = { continuationToken: /^.+$/s, limit: /^[0-9]+$/ } as const;
