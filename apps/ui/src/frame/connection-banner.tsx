import { useLive, useLiveStream } from '../live/use-live.ts';
import { useSession } from '../session/use-session.ts';
import { useWords } from '../words/ticking.ts';
import { durationWords } from '../words/time-words.ts';
import classes from './frame.module.css';

/** Says when what the page shows may be old, since when, and what happens next. */
export const ConnectionBanner = () => {
  const live = useLive();
  const stream = useLiveStream();
  const session = useSession();
  if (live.state === 'lost') return <Lost since={live.since} retryAt={live.retryAt} onRetry={() => stream.retry()} />;
  if (live.state === 'refused' && session.state === 'in') {
    return (
      <div className={classes.banner} role="status">
        <span>
          This page does not update by itself: following messages needs the scope <code>web:read-pulse</code>. Reload it to see changes.
        </span>
      </div>
    );
  }
  return null;
};

const Lost = ({ since, retryAt, onRetry }: { readonly since: number; readonly retryAt: number; readonly onRetry: () => void }) => {
  // These are this computer's times: both ends were measured here.
  const lostFor = useWords(() => durationWords(Math.floor((Date.now() - since) / 1000) * 1000));
  const next = useWords(() => (Date.now() >= retryAt ? 'Trying now…' : `Trying again in ${Math.ceil((retryAt - Date.now()) / 1000)} s.`));
  return (
    <div className={classes.banner} role="status">
      <span>Connection lost {lostFor} ago: what you see may be old, and is brought up to date as soon as it is back.</span>
      <span>{next}</span>
      <button type="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
};
