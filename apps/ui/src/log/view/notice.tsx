import { Waiting } from '../../components/waiting.tsx';
import { useWords } from '../../words/ticking.ts';
import type { LogView } from '../open-log.ts';
import classes from './log-view.module.css';

/** What is going on with the log, when it is not simply there. */
export const Notice = ({ view }: { readonly view: LogView }) => {
  const { reading } = view;
  if (view.byteLength === 0 && (reading.state === 'opening' || reading.state === 'loading')) return <Waiting what="the log" />;
  if (reading.state === 'lost') return <Lost lineCount={view.lineCount} retryAt={reading.retryAt} />;
  if (reading.state === 'none') return <Say text={reading.message} />;
  if (reading.state === 'refused') return <Say text={reading.error.message.split('\n')[0] ?? ''} />;
  if (reading.state === 'complete' && view.byteLength === 0) return <Say text="The log is empty: the commands printed nothing." />;
  if (reading.state === 'following' && view.byteLength === 0)
    return <Say text="The worker has not written anything yet. Lines appear here as they are printed." />;
  return null;
};

const Say = ({ text }: { readonly text: string }) => (
  <p className={classes.notice} role="status">
    {text}
  </p>
);

const Lost = ({ lineCount, retryAt }: { readonly lineCount: number; readonly retryAt: number }) => {
  const next = useWords(() => (Date.now() >= retryAt ? 'Trying now…' : `Trying again in ${Math.ceil((retryAt - Date.now()) / 1000)} s.`));
  const where =
    lineCount === 0
      ? 'The log cannot be reached.'
      : `The connection was lost after line ${lineCount.toLocaleString('en')}; reading goes on from there.`;
  return <Say text={`${where} ${next}`} />;
};
