/** What is done to the platform while clients use it. */
export type Fault =
  /** The server dies by its own hand at the nth passage of this place. */
  | { readonly kind: 'failpoint'; readonly point: string; readonly nth: number }
  /** The server is killed after this time. */
  | { readonly kind: 'kill'; readonly afterMs: number }
  /** The PostgreSQL server is killed; the platform's server stays. */
  | { readonly kind: 'postmaster'; readonly afterMs: number }
  /** All sessions of the platform's server are ended. */
  | { readonly kind: 'sessions'; readonly afterMs: number }
  /** The server stands still for longer than a claim lasts. */
  | { readonly kind: 'pause'; readonly afterMs: number; readonly pauseMs: number };

/** The transactions that the load makes the server do, and how many of each there are in about a second. */
const transactions: Readonly<Record<string, number>> = {
  'queue.create': 60,
  'queue.transit': 80,
  'queue.claim': 80,
  'queue.expired-claims': 3,
  'queue.deadlines': 4,
  'queue.dependents': 4,
  'queue.resolved-groups': 30,
  'queue.priority': 4,
  'queue.group-priority': 2,
  'queue.seal': 2,
  'queue.cancel-group': 3,
};
const moments = ['begin', 'working', 'before-commit', 'committing', 'after-commit'] as const;

/** Every place at which the server is killed. */
export const failpoints: readonly string[] = Object.keys(transactions).flatMap((name) => moments.map((moment) => `${name}/${moment}`));

/** The fault of a round: the failpoints in turn, and in between the others. */
export const faultOf = (round: number, random: () => number, claimMs: number): Fault => {
  const afterMs = 100 + Math.floor(random() * 700);
  if (round % 40 === 19) return { kind: 'postmaster', afterMs };
  if (round % 40 === 29) return { kind: 'sessions', afterMs };
  if (round % 40 === 39) return { kind: 'pause', afterMs, pauseMs: claimMs + 1_000 };
  if (round % 6 === 5) return { kind: 'kill', afterMs };
  const point = failpoints[Math.floor(round * 1.21) % failpoints.length] ?? '';
  const most = transactions[point.split('/')[0] ?? ''] ?? 1;
  return { kind: 'failpoint', point, nth: 1 + Math.floor(random() * most) };
};

/** How a report calls it. */
export const nameOf = (fault: Fault): string => (fault.kind === 'failpoint' ? fault.point : fault.kind);
