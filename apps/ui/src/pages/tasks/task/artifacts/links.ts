import { artifactLink } from '../../../../session/api.ts';

/** Opens an artifact in a new tab, by a link that works for 15 minutes. */
export const openInTab = async (taskId: string, runId: number, name: string): Promise<void> => {
  // Opened before the link is made: browsers allow it only as the direct answer to a click.
  const tab = window.open('about:blank', '_blank');
  const url = await artifactLink(taskId, runId, name);
  if (!tab) return;
  tab.opener = null;
  tab.location.replace(url);
};

/** Saves an artifact under the last part of its name. */
export const download = async (taskId: string, runId: number, name: string): Promise<void> => {
  const link = document.createElement('a');
  link.href = await artifactLink(taskId, runId, name);
  link.download = name.split('/').at(-1) ?? name;
  link.click();
};
