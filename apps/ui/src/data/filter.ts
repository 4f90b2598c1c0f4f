import { taskStates } from './states.ts';
import type { TaskRow } from './row.ts';

/**
 * What to keep of a list: words that all have to occur in the name, ids, queue, owner or tags, whatever their case.
 * `state:failed` keeps a state (several: any of them), `-word` drops what has the word.
 */
export const filterOf = (text: string): ((row: TaskRow) => boolean) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const states = new Set(words.filter((word) => word.startsWith('state:')).flatMap((word) => word.slice(6).split(',')));
  const wanted = words.filter((word) => !word.startsWith('state:') && !(word.startsWith('-') && word.length > 1));
  const unwanted = words.filter((word) => word.startsWith('-') && word.length > 1).map((word) => word.slice(1));
  if (words.length === 0) return () => true;
  return (row) => {
    if (states.size > 0 && ![...states].some((state) => row.status.state.startsWith(state))) return false;
    if (wanted.length === 0 && unwanted.length === 0) return true;
    const place = placeOf(row);
    return wanted.every((word) => place.includes(word)) && !unwanted.some((word) => place.includes(word));
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
