const codeOf = (err: unknown): string =>
  typeof err === 'object' && err !== null && 'code' in err && typeof err.code === 'string' ? err.code : '';

/** PostgreSQL ended the transaction to break a deadlock (40P01) or a serialisation conflict (40001): safe to try again. */
export const isTransient = (err: unknown): boolean => ['40001', '40P01'].includes(codeOf(err));

const networkCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);
// These codes are also those of missing files and of callers that go away: the system call tells them apart.
const socketCodes: Readonly<Record<string, readonly string[]>> = { ENOENT: ['connect'], ECONNRESET: ['read', 'write'], EPIPE: ['write'] };
const syscallOf = (err: unknown): string => (typeof err === 'object' && err !== null && 'syscall' in err ? String(err.syscall) : '');

const driverMessages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|not queryable|Cannot use a pool after calling end/;

/**
 * The database cannot be reached, is going down or changing places: connection errors (class 08), operator intervention (57P0x),
 * insufficient resources (class 53), a standby that is read only (25006), the socket errors of the driver, and an answer that did not come.
 * Also what PostgreSQL ended because of others: a transaction whose process stood still (25P03), a statement that waited for too long
 * (57014). The caller may try later; what was not acknowledged was not half done.
 */
export const isUnavailable = (err: unknown): boolean => {
  const code = codeOf(err);
  if (/^(?:08|53|57P)...?$/.test(code) || ['25006', '25P03', '57014'].includes(code)) return true;
  if (networkCodes.has(code) || socketCodes[code]?.includes(syscallOf(err))) return true;
  return err instanceof Error && driverMessages.test(err.message);
};
