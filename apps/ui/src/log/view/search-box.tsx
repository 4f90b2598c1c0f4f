import { ActionIcon } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Icon } from '../../components/icon.tsx';
import type { LogView } from '../open-log.ts';
import classes from './log-view.module.css';
import type { Search } from './use-search.ts';

interface Props {
  readonly view: LogView;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly search: Search;
}

/** Finds text in the log. The browser's own search sees only the lines that are drawn, so Ctrl F leads here; a second one leads to the browser's. */
export const SearchBox = ({ view, query, onQuery, search }: Props) => {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || document.activeElement === input.current) return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') (event.shiftKey ? search.previous : search.next)();
    if (event.key === 'Escape') onQuery('');
  };
  return (
    <div className={classes.search} role="search">
      <Icon name="search" size={13} />
      <input
        ref={input}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Find in the log"
        aria-label="Find in the log"
        spellCheck={false}
        autoComplete="off"
      />
      <span className={classes.matches} role="status">
        {query !== '' && matchWords(view, search)}
      </span>
      <ActionIcon
        size={22}
        aria-label="Previous match"
        title="Previous match (Shift Enter)"
        disabled={view.matches === 0}
        onClick={search.previous}
      >
        <Icon name="up" size={14} />
      </ActionIcon>
      <ActionIcon size={22} aria-label="Next match" title="Next match (Enter)" disabled={view.matches === 0} onClick={search.next}>
        <Icon name="down" size={14} />
      </ActionIcon>
    </div>
  );
};

const matchWords = ({ matches, searching }: LogView, { place }: Search): string => {
  const found =
    matches === 0
      ? searching
        ? ''
        : 'none'
      : place > 0
        ? `${place.toLocaleString('en')} of ${matches.toLocaleString('en')}`
        : matches.toLocaleString('en');
  return searching ? `${found}…` : found;
};
