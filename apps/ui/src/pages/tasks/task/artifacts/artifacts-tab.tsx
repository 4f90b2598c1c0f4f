import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Artifact } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { Icon } from '../../../../components/icon.tsx';
import { Problem } from '../../../../components/problem.tsx';
import { Moment } from '../../../../components/time.tsx';
import { Waiting } from '../../../../components/waiting.tsx';
import { artifactsQuery } from '../../../../data/task.ts';
import { bytesWords } from '../../../../words/bytes.ts';
import { useTask } from '../use-task.ts';
import classes from './artifacts.module.css';
import { download, openInTab } from './links.ts';

/** What the run left behind. */
export const ArtifactsTab = () => {
  const { taskId, run } = useTask();
  const { data, error, refetch } = useQuery({ ...artifactsQuery(taskId, run?.runId ?? 0), enabled: run !== undefined });
  if (!run) return <p className={classes.none}>The task has not run yet, so there are no artifacts.</p>;
  if (!data) {
    const retry = () => void refetch();
    return error ? <Problem error={error} what="the artifacts" retry={retry} /> : <Waiting what="the artifacts" retry={retry} />;
  }
  if (data.length === 0) {
    const why =
      run.state === 'pending'
        ? 'The run has not begun yet.'
        : run.state === 'running'
          ? 'None yet: they appear here as the worker uploads them.'
          : 'This run left none.';
    return (
      <p className={classes.none}>
        {why} A task keeps files by naming them under <code>payload.artifacts</code>.
      </p>
    );
  }
  return (
    <div className={classes.scroller}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Name</th>
            <th className={classes.number}>Size</th>
            <th className={classes.type}>Type</th>
            <th className={classes.expires}>Expires</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {logsFirst(data).map((artifact) => (
            <Row key={artifact.name} artifact={artifact} taskId={taskId} runId={run.runId} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** Logs first, then what everybody may see, then the rest; by name among themselves. */
const logsFirst = (artifacts: readonly Artifact[]): readonly Artifact[] => {
  const rank = ({ name }: Artifact) =>
    name.includes('live.log') ? 0 : name.includes('live_backing.log') ? 1 : name.startsWith('public/') ? 2 : 3;
  return artifacts.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
};

/** What the log tab can show: text, and why an artifact is missing. */
const isText = ({ name, contentType, storageType }: Artifact) =>
  storageType === 'error' || contentType.startsWith('text/plain') || name.endsWith('.log');

const Row = ({ artifact, taskId, runId }: { readonly artifact: Artifact; readonly taskId: string; readonly runId: number }) => {
  const { name, contentType, contentLength, expires, storageType } = artifact;
  return (
    <tr>
      <td className={classes.name}>
        {isText(artifact) ? (
          <Link to="/tasks/$taskId/log" params={{ taskId }} search={({ run }) => ({ ...(run !== undefined && { run }), name })}>
            {name}
          </Link>
        ) : (
          <button type="button" className={classes.open} onClick={() => void openInTab(taskId, runId, name)}>
            {name}
          </button>
        )}
        {storageType === 'error' && <span className={classes.missing}> is missing</span>}
      </td>
      <td className={classes.number}>{contentLength === undefined ? '' : bytesWords(contentLength)}</td>
      <td className={classes.type}>{storageType === 'error' ? '' : contentType}</td>
      <td className={classes.expires}>
        <Moment at={expires} />
      </td>
      <td className={classes.buttons}>
        {storageType !== 'error' && (
          <>
            <ActionIcon
              aria-label={`Open ${name} in a new tab`}
              title="Open in a new tab"
              onClick={() => void openInTab(taskId, runId, name)}
            >
              <Icon name="open" size={14} />
            </ActionIcon>
            <ActionIcon aria-label={`Download ${name}`} title="Download" onClick={() => void download(taskId, runId, name)}>
              <Icon name="download" size={14} />
            </ActionIcon>
          </>
        )}
      </td>
    </tr>
  );
};
