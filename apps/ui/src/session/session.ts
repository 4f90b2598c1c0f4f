import { CallError } from '@taskcluster/client/client';
import type { Credentials } from '@taskcluster/client/http';
import { learnTime, now } from '../words/clock.ts';

/** Who uses this page. `unknown` until the server was asked; `unreachable` when it does not answer. */
export type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'out' }
  | { readonly state: 'in'; readonly clientId: string }
  | { readonly state: 'unreachable' };

interface Held {
  readonly credentials: Credentials;
  readonly expires: number;
}

const renewBeforeMs = 120_000;
let session: Session = { state: 'unknown' };
let held: Held | undefined;
let asking: Promise<Credentials | undefined> | undefined;
const listeners = new Set<() => void>();
// Tells the other tabs of this browser that somebody signed in or out.
const otherTabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('taskcluster-session');

const become = (next: Session) => {
  const same = session.state === next.state && (session.state !== 'in' || next.state !== 'in' || session.clientId === next.clientId);
  if (same) return;
  session = next;
  for (const listener of listeners) listener();
};

export const currentSession = (): Session => session;
export const onSession = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * Credentials for the next call, renewed two minutes before they lapse. They are kept in memory only; what lasts is a cookie that
 * scripts cannot read. Undefined when nobody is signed in: the call is anonymous then.
 */
export const credentials = async (): Promise<Credentials | undefined> => {
  if (held && held.expires - renewBeforeMs > now()) return held.credentials;
  if (session.state === 'out') return undefined;
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
};

/** Forgets the credentials, so that the next call asks for new ones: after a 401, or when another tab signed in or out. */
export const forgetCredentials = (): void => {
  held = undefined;
  if (session.state === 'out') become({ state: 'unknown' });
};

const ask = async (): Promise<Credentials | undefined> => {
  const response = await post('credentials').catch(() => undefined);
  if (!response || response.status >= 500) {
    become({ state: 'unreachable' });
    throw new CallError(`${location.origin} cannot be reached. Is the platform running?`, { code: 'ConnectionFailed', status: 0 });
  }
  if (!response.ok) {
    held = undefined;
    become({ state: 'out' });
    return undefined;
  }
  learnTime(response.headers.get('date'));
  const reply = (await response.json()) as { readonly credentials: Credentials; readonly expires: string };
  held = { credentials: reply.credentials, expires: Date.parse(reply.expires) };
  become({ state: 'in', clientId: reply.credentials.clientId });
  return held.credentials;
};

/** Exchanges a one-time code for a session. Throws what the server answered. */
export const signIn = async (code: string): Promise<void> => {
  const response = await post('sign-in', { code });
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { readonly code?: string; readonly message?: string };
    throw new CallError(body.message ?? `The answer was ${response.status}.`, {
      code: body.code ?? 'UnexpectedAnswer',
      status: response.status,
    });
  }
  forgetCredentials();
  await credentials();
  otherTabs?.postMessage('changed');
};

export const signOut = async (): Promise<void> => {
  await post('sign-out');
  held = undefined;
  become({ state: 'out' });
  otherTabs?.postMessage('changed');
};

const post = (method: string, body?: object): Promise<Response> =>
  fetch(`/api/web-server/v1/${method}`, {
    method: 'POST',
    headers: { 'x-requested-with': 'taskcluster', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });

otherTabs?.addEventListener('message', () => {
  held = undefined;
  session = { state: 'unknown' };
  void credentials().catch(() => undefined);
});
