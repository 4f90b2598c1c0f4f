import { Command, Panel } from './panel.tsx';

/** How to get in. There are no passwords: whoever can run commands on the platform's machine can sign in. */
export const SignInHelp = ({ title = 'You are not signed in' }: { readonly title?: string }) => (
  <Panel title={title}>
    <p>Run this where the platform runs. It prints a link that signs this browser in; open it here.</p>
    <Command text="npx taskcluster signin-link" />
    <p className="dim">The platform also prints such a link each time it starts. A link works once, for 15 minutes.</p>
  </Panel>
);
