import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { type Found, foundQuery, searchFurther } from '../../data/found.ts';
import { searchOf } from '../../data/search-query.ts';

const typingMs = 200;

/** What the server finds for a filter text, once somebody has stopped typing. */
export const useFound = (q: string) => {
  const [text] = useDebouncedValue(q.trim(), typingMs);
  const client = useQueryClient();
  const { data, error, isFetching } = useQuery(foundQuery(text));
  const busy = useRef(false);
  const [further, setFurther] = useState(false);
  const goOn = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    setFurther(true);
    // A failure is not shown: the next time somebody scrolls to the end, or presses the button, it is tried again.
    void searchFurther(client, text)
      .catch(() => undefined)
      .finally(() => {
        busy.current = false;
        setFurther(false);
      });
  }, [client, text]);
  const searchable = searchOf(q) !== undefined;
  const found: Found | undefined = searchable ? data : undefined;
  return { found, error, searchable, searching: searchable && (isFetching || further || text !== q.trim()), goOn };
};
