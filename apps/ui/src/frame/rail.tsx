import { Link } from '@tanstack/react-router';
import { Icon } from '../components/icon.tsx';
import classes from './frame.module.css';

/** The places of the page. Only what exists is listed. */
export const Rail = () => (
  <nav className={classes.rail} aria-label="Places">
    <Link to="/" className={classes.brand} aria-label="Taskcluster" tabIndex={-1}>
      <img src="/favicon.svg" width={26} height={26} alt="" />
    </Link>
    <Link to="/" className={classes.place} activeOptions={{ exact: true, includeSearch: false }}>
      <Icon name="tasks" size={19} />
      Tasks
    </Link>
    <Link to="/groups" className={classes.place} activeOptions={{ includeSearch: false }}>
      <Icon name="groups" size={19} />
      Groups
    </Link>
    <Link to="/create" className={classes.place} activeOptions={{ includeSearch: false }}>
      <Icon name="create" size={19} />
      Create
    </Link>
  </nav>
);
