import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Artifact } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { type Access, useAccess } from '../../../../access/use-access.ts';
import { Guarded } from '../../../../components/guarded.tsx';
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
  const access = useAccess();
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
            <Row key={artifact.name} artifact={artifact} taskId={taskId} runId={run.runId} access={access} />
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

interface RowProps {
  readonly artifact: Artifact;
  readonly taskId: string;
  readonly runId: number;
  readonly access: Access;
}

const Row = ({ artifact, taskId, runId, access }: RowProps) => {
  const { name, contentType, contentLength, expires, storageType } = artifact;
  const refusal = access.refusalOf({ method: 'getArtifact', params: { taskId, runId: String(runId), name } });
  const open = refusal === undefined ? () => void openInTab(taskId, runId, name) : access.askAgain;
  const save = refusal === undefined ? () => void download(taskId, runId, name) : access.askAgain;
  return (
    <tr>
      <td className={classes.name}>
        {isText(artifact) ? (
          <Link to="/tasks/$taskId/log" params={{ taskId }} search={({ run }) => ({ ...(run !== undefined && { run }), name })}>
            {name}
          </Link>
        ) : refusal === undefined ? (
          <button type="button" className={classes.open} onClick={open}>
            {name}
          </button>
        ) : (
          name
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
            <IconButton icon="open" label={`Open ${name} in a new tab`} title="Open in a new tab" refusal={refusal} onClick={open} />
            <IconButton icon="download" label={`Download ${name}`} title="Download" refusal={refusal} onClick={save} />
          </>
        )}
      </td>
    </tr>
  );
};

interface IconButtonProps {
  readonly icon: 'open' | 'download';
  readonly label: string;
  readonly title: string;
  readonly refusal: string | undefined;
  readonly onClick: () => void;
}

const IconButton = ({ icon, label, title, refusal, onClick }: IconButtonProps) => {
  const button = (given: object) => (
    <ActionIcon aria-label={label} {...given} onClick={onClick}>
      <Icon name={icon} size={14} />
    </ActionIcon>
  );
  return refusal === undefined ? button({ title }) : <Guarded refusal={refusal}>{button}</Guarded>;
};
