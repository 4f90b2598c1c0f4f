import { useWords } from '../words/ticking.ts';
import { absoluteWords, durationWords, relativeWords } from '../words/time-words.ts';

const millis = (at: string | number) => (typeof at === 'number' ? at : Date.parse(at));

/** A moment, relative to now; the full time on hover. */
export const Moment = ({ at }: { readonly at: string | number }) => {
  const words = useWords((now) => relativeWords(millis(at), now));
  return (
    <time className="nowrap" dateTime={new Date(millis(at)).toISOString()} title={absoluteWords(millis(at))}>
      {words}
    </time>
  );
};

/** How long something took, or has taken so far. */
export const Took = ({ from, to }: { readonly from: string | number; readonly to?: string | number | undefined }) => {
  const words = useWords((now) => durationWords((to === undefined ? Math.floor(now / 1000) * 1000 : millis(to)) - millis(from)));
  return <span className="nowrap">{words}</span>;
};
