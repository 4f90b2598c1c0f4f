import { ActionIcon } from '@mantine/core';
import { Icon } from '../../components/icon.tsx';
import { bytesWords } from '../../words/bytes.ts';
import type { LogView } from '../open-log.ts';
import classes from './log-view.module.css';
import { SearchBox } from './search-box.tsx';
import type { Search } from './use-search.ts';

interface Props {
  readonly view: LogView;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly search: Search;
  readonly following: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly onError: () => void;
  readonly onDownload: () => void;
}

export const Toolbar = ({ view, query, onQuery, search, following, onFollow, onError, onDownload }: Props) => (
  <div className={classes.toolbar}>
    <SearchBox view={view} query={query} onQuery={onQuery} search={search} />
    <button
      type="button"
      className={classes.tool}
      disabled={view.errorLine === undefined}
      onClick={onError}
      title="Go to the first line that looks like an error"
    >
      <Icon name="error" size={14} />
      <span>First error</span>
    </button>
    <button
      type="button"
      className={classes.tool}
      aria-pressed={following}
      onClick={() => onFollow(!following)}
      title={following ? 'The end stays in view. Scrolling up stops that.' : 'Go to the end and stay there'}
    >
      <Icon name="follow" size={14} />
      <span>{view.reading.state === 'following' || view.reading.state === 'lost' ? 'Follow' : 'End'}</span>
    </button>
    <span className={classes.size}>
      {view.lineCount.toLocaleString('en')} {view.lineCount === 1 ? 'line' : 'lines'}, {bytesWords(view.byteLength)}
    </span>
    <ActionIcon aria-label="Download the raw log" title="Download the raw log" onClick={onDownload}>
      <Icon name="download" size={15} />
    </ActionIcon>
  </div>
);
