import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Identifier } from '../../components/copy-button.tsx';
import { StateStrip } from '../../components/state-counts.tsx';
import { Moment } from '../../components/time.tsx';
import type { RecentGroup } from '../../data/recent.ts';
import classes from './groups-page.module.css';

const rowPx = 34;

export const GroupTable = ({ groups, onEnd }: { readonly groups: readonly RecentGroup[]; readonly onEnd: () => void }) => {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: groups.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
    if (scrollTop + clientHeight > scrollHeight - 20 * rowPx) onEnd();
  };
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      onScroll={onScroll}
      role="table"
      aria-label="Task groups"
      aria-rowcount={groups.length}
    >
      <div className={classes.head} role="rowgroup">
        <div className={classes.columns} role="row" style={{ height: '100%' }}>
          <div role="columnheader">Name of the first task</div>
          <div role="columnheader">States</div>
          <div role="columnheader" className={classes.number}>
            Tasks
          </div>
          <div role="columnheader" className={classes.id}>
            Group id
          </div>
          <div role="columnheader" className={classes.created}>
            Created
          </div>
        </div>
      </div>
      <div className={classes.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <Row key={groups[index]!.taskGroupId} group={groups[index]!} top={start} />
        ))}
      </div>
    </div>
  );
};

const Row = ({ group, top }: { readonly group: RecentGroup; readonly top: number }) => (
  <div className={`${classes.columns} ${classes.row}`} role="row" style={{ transform: `translateY(${top}px)` }}>
    <div role="cell">
      <Link to="/groups/$taskGroupId" params={{ taskGroupId: group.taskGroupId }} className={classes.link} title={group.name}>
        {group.name}
      </Link>
    </div>
    <div role="cell">
      <StateStrip counts={group.counts} thin />
    </div>
    <div role="cell" className={classes.number}>
      {Object.values(group.counts)
        .reduce((sum, count) => sum + count, 0)
        .toLocaleString('en')}
    </div>
    <div role="cell" className={`${classes.id} ${classes.dim}`}>
      <Identifier id={group.taskGroupId} name="the group id" />
    </div>
    <div role="cell" className={`${classes.created} ${classes.dim}`}>
      <Moment at={group.created} />
    </div>
  </div>
);
