/** What is searched for. Everything that is given has to match. */
export interface Criteria {
  readonly name?: string;
  readonly owner?: string;
  readonly project?: string;
  readonly tag?: string;
  readonly taskQueueId?: string;
}

/** One condition on the terms of a task (migration `search`): the term itself, or the beginning of one. */
export interface Term {
  readonly text: string;
  readonly prefix: boolean;
}

// What stands between words: spaces and punctuation of ASCII, as in `queue.search_terms`.
const between = /[\t\n\r -/:-@[-`{-~]+/;
const maxWordLength = 100;
const maxTermLength = 200;
const maxWords = 20;

/** PostgreSQL's lower() with the collation "C": ASCII alone. */
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
/** The first characters as PostgreSQL counts them: a character outside of the basic plane is one, not two. */
const left = (text: string, length: number) => (text.length <= length ? text : Array.from(text).slice(0, length).join(''));

const term = (text: string, prefix: boolean): Term => ({ text: left(text, maxTermLength), prefix });

/** The terms that a task must have. Texts of nothing but punctuation are no condition. */
export const termsOf = ({ name = '', owner, project, tag, taskQueueId }: Criteria): readonly Term[] => {
  const words = lower(name)
    .split(between)
    .filter((word) => word !== '')
    .slice(0, maxWords);
  return [
    // A number is meant as it is: by its beginning, `7` would stand for half of all numbers.
    ...words.map((word) => term(`w:${left(word, maxWordLength)}`, !/^\d+$/.test(word))),
    ...(owner === undefined ? [] : [term(`o:${lower(owner)}`, true)]),
    ...(project === undefined ? [] : [term(`p:${project}`, false)]),
    ...(taskQueueId === undefined ? [] : [term(`q:${taskQueueId}`, false)]),
    ...(tag === undefined ? [] : [tag.includes('=') ? term(`t:${tag}`, false) : term(`t:${tag}=`, true)]),
  ];
};

/**
 * The one term of tasks that did not succeed: the index of terms knows these, because they are few (migration `search-slices`). No condition
 * when other states are looked for too.
 */
export const stateTermsOf = (states: readonly string[] | undefined): readonly Term[] => {
  if (!states || states.length === 0 || !states.every((s) => s === 'failed' || s === 'exception')) return [];
  return [states.length === 1 ? term(`s:${states[0]}`, false) : term('s:', true)];
};

/**
 * A PostgreSQL `tsquery` for all terms, cut where the number of a slice stands: put together with it, the pieces ask the index of terms;
 * with nothing in between they ask the terms of an entry.
 */
export const piecesOf = (terms: readonly Term[]): readonly string[] =>
  terms.length === 0
    ? []
    : [
        "'",
        ...terms.map(({ text, prefix }, i) => {
          const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", "''");
          return `${quoted}'${prefix ? ':*' : ''}${i < terms.length - 1 ? " & '" : ''}`;
        }),
      ];

/** The text of a `tsquery` for the terms of an entry. */
export const tsqueryOf = (terms: readonly Term[]): string => piecesOf(terms).join('');

/**
 * What the index of terms is asked for, in a slice of `total` tasks. Whole terms cost next to nothing. The lists of all terms that begin in one
 * way are read to their ends, 0.25 µs for each task, while looking at a hit takes 3 µs: so a beginning is asked for only when its list is not
 * ten times as long as what the others leave. `shares` are those of the terms in a sample of so many tasks, in their order; one that is not in
 * it may be as common as one task of it.
 */
export const selectiveOf = (
  terms: readonly Term[],
  shares: readonly number[],
  { total, sampled }: { readonly total: number; readonly sampled: number },
): readonly Term[] => {
  const known = terms
    .map((t, i) => ({ term: t, share: Math.max(shares[i] ?? 0, 1 / sampled) }))
    .toSorted((a, b) => Number(a.term.prefix) - Number(b.term.prefix) || a.share - b.share);
  let left = total;
  return known
    .filter(({ term: { prefix }, share }, i) => {
      if (prefix && i > 0 && share * total > 10 * left) return false;
      left *= share;
      return true;
    })
    .map((t) => t.term);
};
