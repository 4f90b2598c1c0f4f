import type { Loop } from '@taskcluster/loop';
import { deleteExpiredKeys, sentryConfigured } from '../delegated/sentry.ts';
import type { AuthService } from '../service.ts';

/** Deletes Sentry keys that expired. Safe in many processes: a key is deleted once, whoever asks. */
export const expiredSentryKeys: Loop<AuthService> = {
  name: 'expired Sentry keys',
  idleMs: () => 3_600_000,
  // One step looks at everything there is.
  batch: Number.MAX_SAFE_INTEGER,
  step: async ({ config, now }) => (sentryConfigured(config) ? deleteExpiredKeys(config, now()) : 0),
};
