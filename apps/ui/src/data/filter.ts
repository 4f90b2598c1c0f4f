import { now } from '../words/clock.ts';
import { givenTime } from '../words/given-time.ts';
import { taskStates } from './states.ts';
import type { TaskRow } from './row.ts';

/** What a filter text asks for. */
export interface Wanted {
  readonly states: ReadonlySet<string>;
  /** Words that all have to occur, and words that must not. */
  readonly words: readonly string[];
  readonly unwanted: readonly string[];
  readonly owner?: string;
  readonly project?: string;
  readonly queue?: string;
  readonly tag?: string;
  /** Created since then, in epoch milliseconds. */
  readonly since?: number;
}

const keyed = /^(owner|project|queue|tag):(.+)$/i;

/** Reads a filter text: plain words, `-word`, `state:failed,exception`, `owner:`, `project:`, `queue:`, `tag:key=value` and `since:2d`. */
export const wantedOf = (text: string): Wanted => {
  const states = new Set<string>();
  const words: string[] = [];
  const unwanted: string[] = [];
  const rest: { -readonly [K in 'owner' | 'project' | 'queue' | 'tag' | 'since']?: Wanted[K] } = {};
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [, key, value = ''] = keyed.exec(word) ?? [];
    const since = /^since:(.+)$/i.exec(word)?.[1];
    const at = since === undefined ? undefined : givenTime(/^\d+\s*[a-z]+$/i.test(since) ? `${since} ago` : since, now());
    if (word.startsWith('state:')) for (const state of word.slice(6).toLowerCase().split(',')) states.add(state);
    else if (key) rest[key.toLowerCase() as 'owner'] = value;
    else if (since !== undefined) Object.assign(rest, at === undefined ? {} : { since: at });
    else if (word.startsWith('-') && word.length > 1) unwanted.push(word.slice(1).toLowerCase());
    else words.push(word.toLowerCase());
  }
  return { states, words, unwanted, ...rest };
};

/**
 * What to keep of a list: words that all have to occur in the name, ids, queue, owner or tags, whatever their case.
 * `state:failed` keeps a state (several: any of them), `-word` drops what has the word; the other keys are those of `wantedOf`.
 */
export const filterOf = (text: string): ((row: TaskRow) => boolean) => {
  if (text.trim() === '') return () => true;
  const { states, words, unwanted, owner, project, queue, tag, since } = wantedOf(text);
  return (row) => {
    const { status } = row;
    if (states.size > 0 && ![...states].some((state) => status.state.startsWith(state))) return false;
    if (owner !== undefined && !row.owner.toLowerCase().startsWith(owner.toLowerCase())) return false;
    if ((project ?? status.projectId) !== status.projectId || (queue ?? status.taskQueueId) !== status.taskQueueId) return false;
    if (tag !== undefined && !` ${row.tags} `.includes(` ${tag}${tag.includes('=') ? ' ' : '='}`)) return false;
    if (since !== undefined && row.created < since) return false;
    if (words.length === 0 && unwanted.length === 0) return true;
    const place = placeOf(row);
    return words.every((word) => place.includes(word)) && !unwanted.some((word) => place.includes(word));
  };
};

const places = new WeakMap<TaskRow, string>();
// Fifty thousand rows are filtered at every keystroke: their text is put together once.
const placeOf = (row: TaskRow): string => {
  const known = places.get(row);
  if (known !== undefined) return known;
  const made = `${row.name} ${row.taskId} ${row.status.taskGroupId} ${row.status.taskQueueId} ${row.owner} ${row.tags}`.toLowerCase();
  places.set(row, made);
  return made;
};

/** The filter text with a state added to it or, if it was there, taken away: what a click on a count does. */
export const toggleState = (text: string, state: (typeof taskStates)[number]): string => {
  const words = text.split(/\s+/).flatMap((word) =>
    word.startsWith('state:')
      ? word
          .slice(6)
          .split(',')
          .map((one) => `state:${one}`)
      : word || [],
  );
  const word = `state:${state}`;
  return (words.includes(word) ? words.filter((one) => one !== word) : [...words, word]).join(' ');
};
