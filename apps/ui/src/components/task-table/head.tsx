import { Icon } from '../icon.tsx';
import { nextSort, type Sort, type SortKey } from '../../data/sort.ts';
import classes from './task-table.module.css';

interface Props {
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

export const Head = ({ sort, onSort }: Props) => (
  <div className={classes.head} role="rowgroup">
    <div className={classes.columns} role="row">
      <Column name="state" title="State" sort={sort} onSort={onSort} />
      <Column name="name" title="Name" sort={sort} onSort={onSort} />
      <div className={classes.id} role="columnheader">
        Task id
      </div>
      <Column name="queue" title="Queue" sort={sort} onSort={onSort} />
      <Column name="created" title="Created" sort={sort} onSort={onSort} />
      <Column name="took" title="Took" sort={sort} onSort={onSort} />
    </div>
  </div>
);

const Column = ({ name, title, sort, onSort }: Props & { readonly name: SortKey; readonly title: string }) => {
  const order = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined;
  return (
    <div className={classes[name]} role="columnheader" aria-sort={order ?? 'none'}>
      <button type="button" className={classes.sort} onClick={() => onSort(nextSort(sort, name))}>
        {title}
        {order && <Icon name={order === 'ascending' ? 'up' : 'down'} size={12} />}
      </button>
    </div>
  );
};
