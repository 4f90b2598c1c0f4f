import { duration } from '@taskcluster/config';
import { events as contract } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import { defineService } from '@taskcluster/service';
import { events } from './events.ts';

export interface EventsService {
  readonly db: Database;
  readonly keepAliveMs: number;
}

/** The event stream: messages of all services as server-sent events. */
export const eventsService = defineService({
  contract,
  settings: {
    keepAliveMs: duration({
      env: 'EVENTS_KEEP_ALIVE',
      description: 'How often a quiet event stream says that it lives. Shorter than what proxies cut off; 15 seconds unless told.',
      default: '15s',
    }),
  },
  create: ({ db }, { keepAliveMs }): EventsService => ({ db, keepAliveMs }),
  handlers: { events },
});
