const firstInstant = Date.parse('0001-01-01T00:00:00Z');
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');
const dayMs = 86_400_000;
const maxRank = 2 ** 31;

/** What is put under a path. */
export interface Entry {
  readonly taskId: string;
  readonly rank: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** ISO 8601, in milliseconds and UTC. */
  readonly expires: string;
}

/** Ranks are whole numbers of 32 bits (index.md, section 1). */
export const isRank = (rank: unknown): rank is number => Number.isInteger(rank) && Number(rank) >= -maxRank && Number(rank) < maxRank;

/** The time in milliseconds and UTC; undefined for what no calendar has, and outside of the years 1 to 9999. */
export const instantOf = (text: string): string | undefined => {
  const time = Date.parse(text);
  return time >= firstInstant && time <= lastInstant ? new Date(time).toISOString() : undefined;
};

/**
 * When the namespaces of an entry expire: the midnight (UTC) after it. Entries of one day share it, so that most insertions find
 * their namespaces as they need them and write nothing.
 */
export const namespaceExpiry = (expires: string): string =>
  new Date(Math.min((Math.floor(Date.parse(expires) / dayMs) + 1) * dayMs, lastInstant)).toISOString();
