/** Lines that a link points at, counted from 0, both included. */
export interface Selection {
  readonly first: number;
  readonly last: number;
}

/** Reads `L12` or `L12-20` (lines counted from 1, as people do); undefined for anything else. */
export const selectionOf = (hash: string): Selection | undefined => {
  const found = /^#?L(\d{1,10})(?:-L?(\d{1,10}))?$/.exec(hash);
  if (!found) return undefined;
  const [from, to] = [Number(found[1]), Number(found[2] ?? found[1])];
  if (from === 0 || to === 0) return undefined;
  return { first: Math.min(from, to) - 1, last: Math.max(from, to) - 1 };
};

export const hashOf = ({ first, last }: Selection): string => (first === last ? `L${first + 1}` : `L${first + 1}-${last + 1}`);
