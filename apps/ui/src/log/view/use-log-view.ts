import { useSyncExternalStore } from 'react';
import type { LogView, OpenLog } from '../open-log.ts';

/** What there is of a log, as it grows. */
export const useLogView = (log: OpenLog): LogView => useSyncExternalStore(log.watch, log.view);
