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

/** The text of a PostgreSQL `tsquery`: all terms. */
export const tsqueryOf = (terms: readonly Term[]): string =>
  terms.map(({ text, prefix }) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${prefix ? ':*' : ''}`).join(' & ');

/** How large a share of all tasks has each of the common terms; what is not in it is rare. */
export type Shares = ReadonlyMap<string, number>;

/** The share of all tasks that have this term. */
const shareOf = ({ text, prefix }: Term, shares: Shares): number => {
  let share = shares.get(text) ?? 0;
  if (prefix) for (const [known, n] of shares) if (known !== text && known.startsWith(text)) share += n;
  return Math.min(1, share);
};

/**
 * The rarest of the terms, as few of them as make it likely that at most `most` of `total` tasks have them (if terms have nothing to do with
 * each other): the index is asked for these alone, because reading the long list of a common term takes longer than looking at the hits.
 * Undefined when even all of them together are too common.
 */
export const rareOf = (
  terms: readonly Term[],
  shares: Shares,
  { total, most }: { readonly total: number; readonly most: number },
): readonly Term[] | undefined => {
  const byShare = terms.map((t) => ({ term: t, share: shareOf(t, shares) })).toSorted((a, b) => a.share - b.share);
  let expected = total;
  for (const [i, { share }] of byShare.entries()) {
    expected *= share;
    if (expected <= most) return byShare.slice(0, i + 1).map((t) => t.term);
  }
  return undefined;
};
