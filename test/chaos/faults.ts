/** What is done to the platform while clients use it. */
export type Fault =
  /** The server dies by its own hand at the nth passage of this place. */
  | { readonly kind: 'failpoint'; readonly point: string; readonly nth: number }
  /** The server is killed after so many requests were acknowledged, and so it is below. */
  | { readonly kind: 'kill'; readonly after: number }
  /** The PostgreSQL server is killed; the platform's server stays. */
  | { readonly kind: 'postmaster'; readonly after: number }
  /** All sessions of the platform's server are ended. */
  | { readonly kind: 'sessions'; readonly after: number }
  /** The server stands still for longer than a claim lasts. */
  | { readonly kind: 'pause'; readonly after: number; readonly pauseMs: number };

/** The transactions that the load makes the server do, and how many of each there are in about a second. */
const transactions: Readonly<Record<string, number>> = {
  'queue.create': 60,
  'queue.transit': 80,
  'queue.claim': 80,
  'queue.create-batch': 6,
  'queue.create-artifact': 12,
  'queue.expired-claims': 3,
  'queue.deadlines': 4,
  'queue.dependents': 4,
  'queue.resolved-groups': 30,
  'queue.priority': 4,
  'queue.group-priority': 2,
  'queue.seal': 2,
  'queue.cancel-group': 3,
  'queue.create-again': 2,
  'queue.create-object-artifact': 8,
  'object.create-upload': 16,
  'object.save-file': 8,
  'object.check-upload': 8,
  'object.finish-upload': 8,
  'queue.finish-artifact': 8,
  'queue.search-index': 2,
};
const moments = ['begin', 'working', 'before-commit', 'committing', 'after-commit'] as const;

/** Every place at which the server is killed. */
export const failpoints: readonly string[] = Object.keys(transactions).flatMap((name) => moments.map((moment) => `${name}/${moment}`));

/** The fault of a round: the failpoints in turn, and in between the others. */
export const faultOf = (round: number, random: () => number, claimMs: number): Fault => {
  const after = 1 + Math.floor(random() * 200);
  if (round % 40 === 19) return { kind: 'postmaster', after };
  if (round % 40 === 29) return { kind: 'sessions', after };
  if (round % 40 === 39) return { kind: 'pause', after, pauseMs: claimMs + 1_000 };
  if (round % 6 === 5) return { kind: 'kill', after };
  const point = failpoints[Math.floor(round * 1.21) % failpoints.length] ?? '';
  const most = transactions[point.split('/')[0] ?? ''] ?? 1;
  return { kind: 'failpoint', point, nth: 1 + Math.floor(random() * most) };
};

/** How a report calls it. */
export const nameOf = (fault: Fault): string => (fault.kind === 'failpoint' ? fault.point : fault.kind);
