import { Button } from '@mantine/core';
import { CallError } from '@taskcluster/client/client';
import { useEffect } from 'react';
import { useSession } from '../session/use-session.ts';
import { Refusal } from './message.tsx';
import { Panel } from './panel.tsx';
import { SignInHelp } from './sign-in-help.tsx';

interface Props {
  readonly error: unknown;
  /** What was asked for, e.g. `task fN1SbArXTPSVFNUvaOlinQ`. */
  readonly what: string;
  readonly retry?: () => void;
}

const againMs = 4000;

/** Why there is nothing to show, and what to do about it. */
export const Problem = ({ error, what, retry }: Props) => {
  const session = useSession();
  const { status, message } =
    error instanceof CallError ? error : { status: -1, message: error instanceof Error ? error.message : String(error) };
  const away = status === 0 || status === 502 || status === 503;
  useEffect(() => {
    if (!away || !retry) return undefined;
    const timer = setInterval(retry, againMs);
    return () => clearInterval(timer);
  }, [away, retry]);
  const again = retry && <Button onClick={retry}>Try again</Button>;
  if (away) {
    return (
      <Panel title="The platform does not answer" tone="bad" actions={again}>
        <p>{location.origin} cannot be reached. Is the platform running, and is the network up?</p>
        <p className="dim">This page tries again every few seconds and goes on by itself.</p>
      </Panel>
    );
  }
  if ((status === 401 || status === 403) && session.state === 'out') return <SignInHelp title={`Sign in to see ${what}`} />;
  if (status === 404) {
    return (
      <Panel title={`There is no ${what}`} tone="bad" actions={again}>
        <p>The id may be mistyped, or it has expired and was deleted.</p>
      </Panel>
    );
  }
  const title = status === 403 ? `You may not see ${what}` : `Reading ${what} failed`;
  return (
    <Panel title={title} tone="bad" actions={again}>
      <Refusal message={message} />
    </Panel>
  );
};
