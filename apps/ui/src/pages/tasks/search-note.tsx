import { Moment } from '../../components/time.tsx';
import { wantedOf } from '../../data/filter.ts';
import type { Found } from '../../data/found.ts';
import { taskIdIn } from '../../data/search-query.ts';
import { durationWords } from '../../words/time-words.ts';
import classes from './search-note.module.css';

/** What a search looked at: the task of an id, the words of names, or neither. */
export type Sought = 'id' | 'names' | 'keys';

export const soughtBy = (q: string): Sought => {
  if (taskIdIn(q) !== undefined) return 'id';
  return wantedOf(q).words.length > 0 ? 'names' : 'keys';
};

interface Props {
  readonly sought: Sought;
  readonly found: Found | undefined;
  readonly error: Error | null;
  readonly searching: boolean;
  readonly onFurther: () => void;
}

// The index follows within half a second when the platform has little to do: only more than that is worth a word.
const noteworthyMs = 5_000;

/** How far a search went, and how to go on. */
export const SearchNote = ({ sought, found, error, searching, onFurther }: Props) => (
  <p className={classes.note} role="status">
    {searching && <span>Searching all tasks…</span>}
    {!searching && error && <span>The search failed: {error.message.split('\n')[0]} Shown is what the page knows.</span>}
    {!searching && found && found.older === undefined && <span>{completed(sought, found)}</span>}
    {!searching && found?.searchedTo !== undefined && (
      <span>
        Searched back to <Moment at={found.searchedTo} />.{' '}
        <button type="button" className="link-button" onClick={onFurther}>
          Search further back
        </button>
      </span>
    )}
    {!searching && found && !found.filled && <span> The index is still being filled after an upgrade: older tasks may be missing.</span>}
    {!searching && found && found.behindMs > noteworthyMs && (
      <span> The index is {durationWords(found.behindMs)} behind: what changed since then may be missing.</span>
    )}
  </p>
);

const completed = (sought: Sought, { rows, filled }: Found): string => {
  if (sought === 'id') return rows.length > 0 ? 'The task of this id was looked up.' : 'There is no task of this id that you may see.';
  if (!filled) return 'What is in the index was searched.';
  // Of plain words, the server knows those of names; only recent tasks are found by words of their queue, owner and tags.
  return sought === 'names' ? 'The names of all tasks were searched.' : 'All tasks were searched.';
};

interface RecentProps {
  /** So many recent tasks are in the list. */
  readonly count: number;
  /** Absent when there are no older ones. */
  readonly onFurther: (() => void) | undefined;
}

/** What a filter looked at that has nothing in it that the server could search for, and how to go on. */
export const RecentNote = ({ count, onFurther }: RecentProps) => (
  <p className={classes.note} role="status">
    {onFurther ? (
      <span>
        The newest {count.toLocaleString('en')} tasks were looked through.{' '}
        <button type="button" className="link-button" onClick={onFurther}>
          Look further back
        </button>
      </span>
    ) : (
      <span>All tasks were looked through.</span>
    )}
  </p>
);
