import { type Database, sql } from '@taskcluster/db';
import type { Credentials } from '@taskcluster/hawk';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../load.ts';
import { latencies, type Result } from '../measure.ts';

export interface Processes {
  /** A process in which clients are disabled. */
  readonly here: Call;
  /** Another one on the same database. */
  readonly there: Call;
  readonly db: Database;
}

const isRefused = (ask: Promise<unknown>): Promise<boolean> =>
  ask.then(
    () => false,
    (err: Error) => err.message.includes('answered with 401'),
  );

/** From the moment before `disable` until another process refuses the client. */
const untilRefused = async (there: Call, credentials: Credentials, disable: () => Promise<unknown>): Promise<number> => {
  if (await isRefused(there('GET', 'auth/v1/scopes/current', { credentials })))
    throw new Error('The client was refused before it was disabled.');
  const begun = performance.now();
  await disable();
  for (;;) {
    if (await isRefused(there('GET', 'auth/v1/scopes/current', { credentials }))) return performance.now() - begun;
    await pause(1);
  }
};

/** How long a disabled client can go on in another process: when it is told, and when the notification is lost. */
export async function* revocation({ here, there, db }: Processes, seconds: number): AsyncGenerator<Result> {
  const made = async (clientId: string): Promise<Credentials> => {
    const body = { description: '', expires: new Date(Date.now() + 86_400_000).toISOString(), scopes: ['auth:current-scopes'] };
    const credentials = (await here('PUT', `auth/v1/clients/${clientId}`, { body })) as Credentials;
    while (await isRefused(there('GET', 'auth/v1/scopes/current', { credentials }))) await pause(1);
    return credentials;
  };
  const ways = {
    'disabled → refused in another process': (clientId: string) => here('POST', `auth/v1/clients/${clientId}/disable`),
    // Written without a word to anybody: nobody hears of it but by looking.
    'disabled → refused, notification lost': (clientId: string) =>
      db.run(sql`update auth.clients set disabled = true where client_id = ${clientId}`),
  };
  for (const [name, disable] of Object.entries(ways)) {
    const took: number[] = [];
    for (let i = 0; i < 6 * seconds; i++) {
      const clientId = `bench-revoked-${Date.now().toString(36)}-${i}`;
      const credentials = await made(clientId);
      // Not in step with whoever looks regularly.
      await pause(Math.random() * 500);
      took.push(await untilRefused(there, credentials, () => disable(clientId)));
    }
    const result = latencies(took);
    yield { name, ...result, target: { text: 'max ≤ 1 s', reached: result.max <= 1_000 } };
  }
}
