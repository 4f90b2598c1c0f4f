import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '../session/use-session.ts';
import { heldQuery } from './held.ts';
import { type Call, lackingFor } from './needs.ts';
import { refusalWords } from './refusal.ts';

export interface Access {
  /** Why a call cannot succeed, in words; undefined when it may. */
  readonly refusalOf: (call: Call) => string | undefined;
  /** Asks anew what is held: somebody may have granted it meanwhile. */
  readonly askAgain: () => void;
}

/** What whoever uses the page may do. While that is not known, or cannot be, everything may be tried: the server decides. */
export const useAccess = (): Access => {
  const session = useSession();
  const client = useQueryClient();
  const who = session.state === 'in' ? session.clientId : undefined;
  const { data: held, isSuccess } = useQuery({ ...heldQuery(who), enabled: session.state === 'in' || session.state === 'out' });
  return useMemo(
    () => ({
      refusalOf: (call) => {
        const lacking = held && isSuccess ? lackingFor(held, call) : undefined;
        return lacking && refusalWords(lacking, who);
      },
      askAgain: () => void client.invalidateQueries({ queryKey: heldQuery(who).queryKey }),
    }),
    [held, isSuccess, who, client],
  );
};
