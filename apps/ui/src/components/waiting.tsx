import { useEffect, useState } from 'react';
import classes from './waiting.module.css';

/** Something is on its way. Nothing is shown for 300 ms, because most answers take less; after 10 s it says what it waits for. */
export const Waiting = ({ what, retry }: { readonly what: string; readonly retry?: () => void }) => {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={classes.waiting} role="status">
      {seconds < 10 ? (
        `Loading ${what}…`
      ) : (
        <>
          Still waiting for {what}: the platform has not answered for {seconds} s.{' '}
          {retry && (
            <button type="button" className="link-button" onClick={retry}>
              Ask again
            </button>
          )}
        </>
      )}
    </div>
  );
};
