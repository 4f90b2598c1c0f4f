import { TextInput } from '@mantine/core';
import type { TaskState } from '@taskcluster/contracts';
import { useDeferredValue, useMemo } from 'react';
import { filterOf, toggleState } from '../data/filter.ts';
import { countsOf, type TaskRow } from '../data/row.ts';
import { type Sort, sorted } from '../data/sort.ts';
import { taskStates } from '../data/states.ts';
import { now } from '../words/clock.ts';
import { Icon } from './icon.tsx';
import { StateLegend } from './state-counts.tsx';
import classes from './task-list.module.css';
import { TaskTable } from './task-table/task-table.tsx';

export interface ListChoice {
  readonly q: string;
  readonly sort: Sort;
}

interface Props extends ListChoice {
  readonly rows: readonly TaskRow[];
  readonly onChoice: (choice: ListChoice) => void;
  readonly loading?: boolean;
  readonly onEnd?: () => void;
  readonly name: string;
  /** What can be typed into the filter. */
  readonly placeholder?: string;
  /** Given while the filter also searches the server: what it says about that. */
  readonly searched?: React.ReactNode;
}

// Of tasks that are all in the list.
const usualPlaceholder = 'Filter by name, id, queue, owner or tag';

/** Tasks with a filter, their numbers by state, and the table. */
export const TaskList = ({ rows, q, sort, onChoice, loading = false, onEnd, name, placeholder = usualPlaceholder, searched }: Props) => {
  // Typing goes first: with fifty thousand rows the table follows a few frames later.
  const filter = useDeferredValue(q);
  const counts = useMemo(() => countsOf(rows), [rows]);
  const kept = useMemo(() => rows.filter(filterOf(filter)), [rows, filter]);
  const wanted = useMemo(() => sorted(kept, sort, now()), [kept, sort]);
  return (
    <>
      <div className={classes.controls}>
        <TextInput
          className={classes.filter}
          value={q}
          onChange={(event) => onChoice({ q: event.currentTarget.value, sort })}
          placeholder={placeholder}
          title="Words, and state:failed  owner:alice  project:x  queue:a/b  tag:key=value  since:2d  -without"
          aria-label="Filter tasks"
          leftSection={<Icon name="search" size={13} />}
          spellCheck={false}
        />
        <StateLegend counts={counts} chosen={chosenStates(q)} onToggle={(state) => onChoice({ q: toggleState(q, state), sort })} />
        <span className={classes.shown}>
          {filter === ''
            ? ''
            : searched
              ? `${kept.length.toLocaleString('en')} found`
              : `${kept.length.toLocaleString('en')} of ${rows.length.toLocaleString('en')} shown`}
        </span>
      </div>
      {searched}
      {kept.length === 0 && rows.length > 0 ? (
        <p className={classes.none}>
          No task fits this filter.{' '}
          <button type="button" className="link-button" onClick={() => onChoice({ q: '', sort })}>
            {searched ? 'Show the recent tasks' : `Show all ${rows.length.toLocaleString('en')}`}
          </button>
          <span className={classes.hint}>
            Words of the name, or <code>state:failed</code> <code>owner:alice</code> <code>project:x</code> <code>queue:a/b</code>{' '}
            <code>tag:key=value</code> <code>since:2d</code> <code>-without</code>
          </span>
        </p>
      ) : (
        <TaskTable
          wanted={wanted}
          all={rows}
          sort={sort}
          onSort={(next) => onChoice({ q, sort: next })}
          filter={filter}
          loading={loading}
          onEnd={onEnd}
          name={name}
        />
      )}
    </>
  );
};

const chosenStates = (q: string): readonly TaskState[] => {
  const words = new Set(q.split(/\s+/).flatMap((word) => (word.startsWith('state:') ? word.slice(6).split(',') : [])));
  return taskStates.filter((state) => words.has(state));
};
