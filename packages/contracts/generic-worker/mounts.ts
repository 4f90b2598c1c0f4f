import { Type } from 'typebox';
import type { Static } from 'typebox';

import { slugid } from '../identifiers.ts';
import { closed, oneOf, oneOfWords } from '../schema.ts';

export const fileFormats = ['br', 'bz2', 'gz', 'lz', 'lz4', 'mz', 'sz', 'xz', 'zst', 'zz'] as const;
export const archiveFormats = [
  ...(['7z', 'rar', 'tar', 'tar.br', 'tar.bz2', 'tar.gz', 'tar.lz'] as const),
  ...(['tar.lz4', 'tar.mz', 'tar.sz', 'tar.xz', 'tar.zst', 'tar.zz', 'zip'] as const),
] as const;

const artifact = Type.String({ title: 'Artifact', description: 'The name of the artifact. Links are followed.', maxLength: 1024 });
const sha256 = Type.Optional(
  Type.String({
    title: 'SHA-256',
    description: 'What the data must hash to, in lower-case hexadecimal. The task fails if it does not.',
    pattern: '^[a-f0-9]{64}$',
  }),
);

export const MountContent = oneOf(
  [
    closed(
      {
        taskId: slugid({ title: 'Task id', description: 'The task whose latest run has the artifact. It must be among the dependencies.' }),
        artifact,
        sha256,
      },
      { title: 'Artifact of a task', description: 'An artifact of a task that this one depends on.' },
    ),
    closed(
      {
        namespace: Type.String({ title: 'Namespace', description: 'The path in the index that leads to the task.', maxLength: 255 }),
        artifact,
      },
      { title: 'Artifact in the index', description: 'An artifact of whatever task is indexed there when this task runs.' },
    ),
    closed(
      { url: Type.String({ title: 'URL', description: 'Where to download from.', format: 'uri' }), sha256 },
      { title: 'Download', description: 'Data behind a URL.' },
    ),
    closed(
      { raw: Type.String({ title: 'Text', description: 'The text itself, stored as UTF-8.', maxLength: 65536 }) },
      { title: 'Text', description: 'A short text in the definition itself.' },
    ),
    closed(
      {
        base64: Type.String({
          title: 'Base64',
          description: 'The bytes in base64.',
          maxLength: 65536,
          pattern: '^[A-Za-z0-9/+]+[=]{0,2}$',
        }),
      },
      { title: 'Bytes', description: 'A few bytes in the definition itself.' },
    ),
  ],
  { title: 'Content', description: 'Where the data comes from.' },
);
export type MountContent = Static<typeof MountContent>;

const archiveFormat = oneOfWords(archiveFormats, { title: 'Archive format', description: 'How to unpack the content.' });
const directory = (description: string) => Type.String({ title: 'Directory', description });

const WritableDirectoryCache = closed(
  {
    cacheName: Type.String({
      title: 'Cache name',
      description:
        'Tasks that name the same cache get what the one before left there. Needs the scope `generic-worker:cache:` and this name.',
    }),
    directory: directory('Where the cache appears, relative to the task directory.'),
    content: Type.Optional(MountContent),
    format: Type.Optional(archiveFormat),
  },
  {
    title: 'Writable cache',
    description: 'A directory that outlives the task. An empty cache is first filled from the content, if there is any.',
    dependencies: { content: ['format'], format: ['content'] },
  },
);

const ReadOnlyDirectory = closed(
  { directory: directory('Where the archive is unpacked, relative to the task directory.'), content: MountContent, format: archiveFormat },
  { title: 'Unpacked archive', description: 'A directory with the content of an archive. It is deleted with the task.' },
);

const FileMount = closed(
  {
    file: Type.String({ title: 'File', description: 'Where the file appears, relative to the task directory.' }),
    content: MountContent,
    format: Type.Optional(
      oneOfWords(fileFormats, { title: 'Compression', description: 'How to decompress the content. Absent: it is stored as it is.' }),
    ),
  },
  { title: 'File', description: 'A single file.' },
);

export const Mount = oneOf([FileMount, WritableDirectoryCache, ReadOnlyDirectory], {
  title: 'Mount',
  description: 'A file or directory that is there before the commands start.',
});
export type Mount = Static<typeof Mount>;
