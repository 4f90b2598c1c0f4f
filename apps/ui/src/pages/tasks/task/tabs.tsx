import { Link, useParams } from '@tanstack/react-router';
import classes from './task-page.module.css';

const tabs = [
  ['/tasks/$taskId/overview', 'Overview'],
  ['/tasks/$taskId/log', 'Log'],
  ['/tasks/$taskId/artifacts', 'Artifacts'],
  ['/tasks/$taskId/definition', 'Definition'],
] as const;

export const Tabs = () => {
  const { taskId } = useParams({ from: '/tasks/$taskId' });
  return (
    <nav className={classes.tabList} aria-label="Parts of the task">
      {tabs.map(([to, title]) => (
        <Link
          key={to}
          to={to}
          params={{ taskId }}
          search={({ run }) => (run === undefined ? {} : { run })}
          className={classes.tab}
          activeOptions={{ includeSearch: false, includeHash: false }}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
};
