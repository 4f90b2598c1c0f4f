import { ApiError } from '@taskcluster/api';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk quota is used up',
  EFBIG: 'the file is larger than its disk allows',
  EROFS: 'its disk is mounted read-only',
  EACCES: 'its folder may not be written to',
  EPERM: 'its folder may not be written to',
  ENOTDIR: 'its folder is not a folder',
  EEXIST: 'its folder is not a folder',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'its disk reports an error',
};

/** What whoever uploads is told when the disk refuses to take the data. Other errors are given back as they are. */
export const diskFailure = (err: unknown): unknown => {
  const code = err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : '';
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  if (reason === undefined) return err;
  return new ApiError(
    'ServiceUnavailable',
    'The object store cannot write, because {{reason}} ({{code}}). Nothing was stored; send it again once whoever runs the platform has seen to it.',
    { reason, code },
    { cause: err, retryAfterSeconds: 30 },
  );
};
