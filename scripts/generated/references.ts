import { contracts, GenericWorkerPayload } from '../../packages/contracts/index.ts';
import { publish } from '../../packages/contracts/publish.ts';

/** All documents in one, made of the others: a deployment serves it, and keeping it would double every change. */
const rollUp = 'references/references.json';

/**
 * What a deployment publishes, as files below `references/`: `/references/queue/v1/api.json` is `references/queue/v1/api.json`, and
 * `/schemas/queue/v1/task.json` is `references/schemas/queue/v1/task.json`.
 */
export const references = (): Map<string, string> => {
  const documents = [...publish(contracts, [GenericWorkerPayload])].filter(([path]) => path !== rollUp);
  return new Map(documents.map(([path, document]) => [fileOf(path), `${JSON.stringify(document, null, 2)}\n`]));
};

const fileOf = (path: string): string => (path.startsWith('references/') ? path : `references/${path}`);
