import { Moment } from '../../components/time.tsx';
import type { Found } from '../../data/found.ts';
import { durationWords } from '../../words/time-words.ts';
import classes from './search-note.module.css';

interface Props {
  readonly found: Found | undefined;
  readonly error: Error | null;
  readonly searching: boolean;
  readonly onFurther: () => void;
}

// The index follows within half a second when the platform has little to do: only more than that is worth a word.
const noteworthyMs = 5_000;

/** How far a search went, and how to go on. */
export const SearchNote = ({ found, error, searching, onFurther }: Props) => (
  <p className={classes.note} role="status">
    {searching && <span>Searching all tasks…</span>}
    {!searching && error && <span>The search failed: {error.message.split('\n')[0]} Shown is what the page knows.</span>}
    {!searching && found && found.older === undefined && <span>All tasks were searched.</span>}
    {!searching && found?.searchedTo !== undefined && (
      <span>
        Searched back to <Moment at={found.searchedTo} />.{' '}
        <button type="button" className="link-button" onClick={onFurther}>
          Search further back
        </button>
      </span>
    )}
    {!searching && found && found.behindMs > noteworthyMs && (
      <span> The index is {durationWords(found.behindMs)} behind: what changed since then may be missing.</span>
    )}
  </p>
);
