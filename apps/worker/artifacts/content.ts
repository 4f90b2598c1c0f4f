import { posix } from 'node:path';
import mime from 'mime';

/** The media type of a file by the end of its name. */
export const contentTypeOf = (fileName: string): string => {
  const extension = posix.extname(fileName).toLowerCase();
  return ownTypes[extension] ?? (extension === '' ? undefined : mime.getType(extension)) ?? 'application/octet-stream';
};

// Said by worker.md, section 9, whatever a table may say.
const ownTypes: Readonly<Record<string, string>> = { '.log': 'text/plain', '.jsonl': 'application/jsonl' };

// Compressed already: once more would cost time and gain nothing. The list and its case sensitivity are those of worker.md, section 9.
const compressed =
  /\.(7z|aab|apk|br|bz2|deb|dmg|flv|gif|gz|jar|jpeg|jpg|lz|lz4|mz|npz|pkg|png|swf|sz|tbz|tgz|wasm|webp|whl|woff|woff2|xpi|xz|zip|zst|zz)$/;

/** Whether a file is compressed for the way and for storage. */
export const contentEncodingOf = (fileName: string): 'identity' | 'gzip' => (compressed.test(fileName) ? 'identity' : 'gzip');
