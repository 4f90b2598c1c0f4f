const codeOf = (err: unknown): string =>
  typeof err === 'object' && err !== null && 'code' in err && typeof err.code === 'string' ? err.code : '';

/** PostgreSQL ended the transaction to break a deadlock (40P01) or a serialisation conflict (40001): safe to try again. */
export const isTransient = (err: unknown): boolean => ['40001', '40P01'].includes(codeOf(err));

/**
 * The database cannot be reached or is going down: connection errors (class 08), operator intervention (57P0x),
 * too many connections (53300), and the socket errors of the driver. The caller may try later; nothing was half done.
 */
export const isUnavailable = (err: unknown): boolean => {
  const code = codeOf(err);
  if (code.startsWith('08') || code.startsWith('57P') || code === '53300') return true;
  if (['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(code)) return true;
  return err instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(err.message);
};
