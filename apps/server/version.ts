import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { version: number } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')) as { version: string };

/** What `__version__` answers. A build writes commit and build into the environment. */
export const version = {
  version: number,
  commit: process.env.TASKCLUSTER_COMMIT ?? 'unknown',
  source: process.env.TASKCLUSTER_SOURCE ?? '',
  build: process.env.TASKCLUSTER_BUILD ?? 'source',
} as const;
