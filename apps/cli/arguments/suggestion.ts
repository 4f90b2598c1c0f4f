/** "Did you mean": the known word that is nearest to what was typed, if any is near enough to be meant. */
export const suggestion = (typed: string, known: readonly string[]): string | undefined => {
  const word = typed.toLowerCase();
  const near = known
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  // One slip in short words, a third of the letters in long ones; more is another word.
  if (near && near.distance <= Math.max(1, Math.floor(word.replace(/^-+/, '').length / 3))) return near.candidate;
  return word.length >= 2 && !/^-+.?$/.test(word) ? known.find((candidate) => candidate.toLowerCase().startsWith(word)) : undefined;
};

/** ` Did you mean "x"?`, or what to do instead. */
export const didYouMean = (typed: string, known: readonly string[], otherwise: string): string => {
  const near = suggestion(typed, known);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
};

/** The number of letters to insert, delete, replace or swap with their neighbour to get from one word to the other. */
const distanceOf = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
};
