import { Link } from '@tanstack/react-router';
import { Panel } from '../components/panel.tsx';

export const NoSuchPage = () => (
  <Panel title="There is no such page" tone="bad">
    <p>
      The address may be mistyped. <Link to="/">All tasks</Link> are on the first page; Ctrl K finds a task or group by its id.
    </p>
  </Panel>
);
