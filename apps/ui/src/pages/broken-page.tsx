import { Button } from '@mantine/core';
import { Panel } from '../components/panel.tsx';

/** Shown instead of a page that could not be loaded or drawn; everything around it still works. */
export const BrokenPage = ({ error }: { readonly error: unknown }) => (
  <Panel title="This page could not be shown" tone="bad" actions={<Button onClick={() => location.reload()}>Reload the page</Button>}>
    <p>
      Either the connection is lost, or the platform was replaced by another version. Reloading helps in both cases, once the platform can
      be reached.
    </p>
    <p className="dim">{error instanceof Error ? error.message : String(error)}</p>
  </Panel>
);
