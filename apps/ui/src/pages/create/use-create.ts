import { useQueryClient } from '@tanstack/react-query';
import { CallError } from '@taskcluster/client/client';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queue } from '../../session/api.ts';
import { slugid } from '../../session/slugid.ts';
import { now } from '../../words/clock.ts';
import { parseDefinition, placeProblems, type TextProblem } from './definition.ts';

export interface Refusal {
  readonly placed: readonly TextProblem[];
  /** What names no place in the text, in Markdown. */
  readonly rest: string | undefined;
}

/** Sends a definition, and goes to the task when it was accepted. */
export const useCreate = () => {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const create = async (text: string): Promise<void> => {
    const { definition, document } = parseDefinition(text, now());
    // What is wrong is shown already.
    if (!definition || creating) return;
    setCreating(true);
    setRefusal(undefined);
    const taskId = slugid();
    try {
      const { status } = await queue.createTask({ taskId }, definition);
      client.setQueryData(['status', taskId], status);
      await navigate({ to: '/tasks/$taskId/log', params: { taskId } });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      setRefusal(error instanceof CallError && error.status === 400 ? placeProblems(message, document) : { placed: [], rest: message });
    } finally {
      setCreating(false);
    }
  };
  return {
    create,
    creating,
    refusal,
    /** Shows why it cannot be created, without asking the server. */
    refuse: (rest: string) => setRefusal({ placed: [], rest }),
    forgetRefusal: () => setRefusal(undefined),
  };
};
