import { useEffect } from 'react';
import classes from './page-head.module.css';

interface Props {
  readonly title: React.ReactNode;
  /** For the window's title; the page's name is added. */
  readonly windowTitle: string;
  readonly children?: React.ReactNode;
  readonly actions?: React.ReactNode;
}

/** The first lines of a page: what it shows, facts about it, and what can be done. */
export const PageHead = ({ title, windowTitle, children, actions }: Props) => {
  useEffect(() => {
    document.title = `${windowTitle} – Taskcluster`;
  }, [windowTitle]);
  return (
    <header className={classes.head}>
      <div className={classes.line}>
        <h1>{title}</h1>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children && <div className={classes.facts}>{children}</div>}
    </header>
  );
};
