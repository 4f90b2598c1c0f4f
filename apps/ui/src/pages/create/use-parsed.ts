import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { now } from '../../words/clock.ts';
import { parseDefinition, type Parsed } from './definition.ts';

/** What the text says, looked at again every few seconds because "in 2 hours" moves on. */
export const useParsed = (text: string): Parsed => {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setAt(now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const settled = useDeferredValue(text);
  return useMemo(() => parseDefinition(settled, at), [settled, at]);
};
