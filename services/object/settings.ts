import { duration, integer, type Setting } from '@taskcluster/config';
import { type ChooseBackend, parseBackendMap } from './domain/backend-map.ts';

const backendMap: Setting<ChooseBackend> = {
  env: 'BACKEND_MAP',
  description:
    'Which backend stores an object: a JSON list of {"backendId", "when"}; the first rule that fits decides. Everything goes to "local" unless told.',
  default: () => 'local',
  parse: parseBackendMap,
};

export const settings = {
  backendMap,
  maxBytes: integer({
    env: 'OBJECT_MAX_BYTES',
    description: 'The most bytes that one file may have. 5 GiB unless told, as in S3.',
    default: 5 * 1024 ** 3,
    min: 1,
  }),
  maxStreamBytes: integer({
    env: 'OBJECT_STREAM_MAX_BYTES',
    description: 'The most bytes that one live log may have. 1 GiB unless told.',
    default: 1024 ** 3,
    min: 1,
  }),
  streamIdleMs: duration({
    env: 'OBJECT_STREAM_IDLE',
    description: 'How long a reader of a live log waits for more of it. 15 minutes unless told.',
    default: '15m',
  }),
} as const;
