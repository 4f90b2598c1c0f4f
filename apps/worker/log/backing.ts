import { upload, type Uploading } from '../artifacts/upload.ts';
import type { TaskLog } from './task-log.ts';

/** Uploads a complete log under the name that the task chose for it. Throws a Problem. */
export const uploadBackingLog = (
  log: TaskLog,
  { name, expires, uploading }: { readonly name: string; readonly expires: string; readonly uploading: Uploading },
): Promise<void> =>
  upload(
    {
      name,
      source: { size: log.size, read: (offset, length) => log.read(offset, length) },
      contentType: 'text/plain; charset=utf-8',
      contentEncoding: 'gzip',
      expires,
    },
    uploading,
  );
