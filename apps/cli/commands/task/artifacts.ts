import { pages } from '@taskcluster/client';
import type { Artifact } from '@taskcluster/contracts';
import { command, flag, id, whole } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { size } from '../../output/size.ts';
import { type Column, writeTable } from '../../output/table.ts';
import { writeJson } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';

export default command({
  examples: ['taskcluster task artifacts fN1SbArXTPSVFNUvaOlinQ'],
  description:
    'Lists the artifacts of a run by name. To a pipe: name, storage type, content type, bytes and expiry with tabs between them.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: {
    run: whole({ placeholder: 'N', min: 0, max: 1000, description: 'The artifacts of this run (the latest one).' }),
    json: flag({ description: 'Print a JSON array of artifacts.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { taskId }, terminal }) => {
    const { queue } = await connect(terminal, options['data-dir']);
    const artifacts: Artifact[] = [];
    const list = (token: string | undefined) => {
      const page = token === undefined ? {} : { continuationToken: token };
      return options.run === undefined
        ? queue.listLatestArtifacts({ taskId, ...page })
        : queue.listArtifacts({ taskId, runId: String(options.run), ...page });
    };
    for await (const page of pages(list)) artifacts.push(...page.artifacts);
    if (options.json) await writeJson(terminal, artifacts);
    else await writeTable(terminal, columns, artifacts);
    if (artifacts.length === 0) terminal.stderr.write('The run has no artifacts.\n');
    return exit.done;
  },
});

const columns: readonly Column<Artifact>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'KIND', text: ({ storageType }) => storageType },
  { title: 'TYPE', text: ({ contentType }) => contentType },
  {
    title: 'SIZE',
    text: ({ contentLength }, forPeople) => (contentLength === undefined ? '' : forPeople ? size(contentLength) : String(contentLength)),
  },
  { title: 'EXPIRES', text: ({ expires }, forPeople) => (forPeople ? expires.slice(0, 10) : expires) },
];
