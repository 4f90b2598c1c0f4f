import type { Database } from '@taskcluster/db';
import type { Access } from './access.ts';

/** The running auth service. */
export interface AuthService {
  readonly db: Database;
  readonly access: Pick<Access, 'authority'>;
  readonly now: () => number;
}
