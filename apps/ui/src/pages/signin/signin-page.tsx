import { CallError } from '@taskcluster/client/client';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Command, Panel } from '../../components/panel.tsx';
import { SignInHelp } from '../../components/sign-in-help.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { signIn } from '../../session/session.ts';

/** Signs in with the one-time code behind the `#` of the address: there it never reaches a server's log. */
export const SignInPage = () => {
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>();
  const [code] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const begun = useRef(false);
  useEffect(() => {
    document.title = 'Sign in – Taskcluster';
    // The code works once: a second render must not use it again.
    if (code === '' || begun.current) return;
    begun.current = true;
    signIn(code).then(() => navigate({ to: '/', replace: true }), setError);
  }, [code, navigate]);
  if (code === '') return <SignInHelp title="Sign in" />;
  if (error === undefined) return <Waiting what="the platform to sign you in" />;
  const away = error instanceof CallError ? error.status >= 500 || error.status === 429 : true;
  if (away) {
    return (
      <Panel title="The platform does not answer" tone="bad">
        <p>
          Signing in did not work because {location.origin} cannot be reached. The link stays good for 15 minutes: reload this page to try
          again.
        </p>
      </Panel>
    );
  }
  return (
    <Panel title="This link does not work any more" tone="bad">
      <p>
        A sign-in link works once, and for 15 minutes. This one was used already, is too old, or was cut off. Make a new one where the
        platform runs:
      </p>
      <Command text="npx taskcluster signin-link" />
    </Panel>
  );
};
