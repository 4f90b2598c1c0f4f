import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { command, id, one, text, whole } from '../../arguments/command.ts';
import { CommandError, exit, wrongUse } from '../../exit.ts';
import { findArtifact, openPlace } from '../../following/artifact-data.ts';
import { duration } from '../../output/duration.ts';
import { progressOn } from '../../output/progress.ts';
import { size } from '../../output/size.ts';
import { type Terminal, write } from '../../output/terminal.ts';
import { connect, dataFolderOption } from '../../platform/connection.ts';

type Data = ReadableStream<Uint8Array>;

export default command({
  examples: [
    'taskcluster task artifact fN1SbArXTPSVFNUvaOlinQ public/build/target.zip -o target.zip',
    'taskcluster task artifact fN1SbArXTPSVFNUvaOlinQ public/result.json | jq .',
  ],
  description: 'Downloads an artifact, to stdout or to a file. The file appears under its name when it is complete.',
  positionals: {
    taskId: id('TASKID', 'The task, or the address of its page.'),
    name: one('NAME', 'The name of the artifact, as "task artifacts" lists it.'),
  },
  options: {
    output: text({ short: 'o', placeholder: 'FILE', description: 'Write to this file instead of stdout.' }),
    run: whole({ placeholder: 'N', min: 0, max: 1000, description: 'The artifact of this run (the latest one).' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { taskId, name }, terminal }) => {
    const connection = await connect(terminal, options['data-dir']);
    const place = await findArtifact(connection, { taskId, name, runId: options.run?.toString() });
    if (!place)
      throw wrongUse(`Task ${taskId} has no artifact ${name}. List those that it has with "taskcluster task artifacts ${taskId}".`);
    const { body } = await openPlace(place);
    if (options.output !== undefined && options.output !== '-')
      return await toFile(terminal, body, path.resolve(terminal.folder, options.output));
    for await (const chunk of body) await write(terminal.stdout, chunk);
    return exit.done;
  },
});

const toFile = async (terminal: Terminal, data: Data, file: string): Promise<number> => {
  const partial = `${file}.${process.pid}.part`;
  const progress = progressOn(terminal);
  const began = Date.now();
  let bytes = 0;
  progress.show(() => `${path.basename(file)}: ${size(bytes)}, ${duration(Date.now() - began)}`);
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]), counted, createWriteStream(partial, { flags: 'wx' }), {
      signal: stop.signal,
    });
    await rename(partial, file);
    progress.note(`${file}: ${size(bytes)} in ${duration(Date.now() - began)}`);
    return exit.done;
  } catch (err) {
    await rm(partial, { force: true });
    if (stop.signal.aborted)
      throw new CommandError(
        `The download was stopped, and ${file} is as it was. Run the same command to begin again.`,
        exit.interrupted,
        err,
      );
    throw unwritten(file, err);
  } finally {
    release();
    progress.end();
  }
};

const unwritten = (file: string, err: unknown): unknown => {
  const { code, syscall } = err as NodeJS.ErrnoException;
  return code && syscall
    ? new CommandError(`${file} cannot be written (${code}). Choose another place with -o.`, exit.wrongUse, err)
    : new CommandError(`The download of ${file} broke off. Try again.`, exit.unreachable, err);
};
