import { Outlet } from '@tanstack/react-router';
import { ConnectionBanner } from './connection-banner.tsx';
import classes from './frame.module.css';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

/** What is around every page: the rail with the places to go, the bar with the palette, and word of a lost connection. */
export const Frame = () => (
  <div className={classes.frame}>
    <a className={classes.skip} href="#main">
      Skip to the content
    </a>
    <Rail />
    <TopBar />
    <div className={classes.body}>
      <ConnectionBanner />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  </div>
);
