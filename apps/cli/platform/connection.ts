import { type CallError, type Client, http } from '@taskcluster/client';
import { type Contract, events, queue } from '@taskcluster/contracts';
import { text } from '../arguments/command.ts';
import type { Terminal } from '../output/terminal.ts';
import { type SignIn, signIn } from './sign-in.ts';

/** The services of one platform, called as one client. */
export interface Connection extends SignIn {
  readonly queue: Client<typeof queue>;
  readonly events: Client<typeof events>;
  /** The page about a task. */
  readonly taskPage: (taskId: string) => string;
  readonly groupPage: (taskGroupId: string) => string;
}

/** The option of every command that talks to a platform. */
export const dataFolderOption = {
  'data-dir': text({
    placeholder: 'DIR',
    description: 'Use the local platform with this data folder, instead of the environment or the nearest .taskcluster.',
  }),
} as const;

/** A client of any service. A call that is repeated for the second time says so: the whole of its attempts takes some three seconds. */
export const clientOf = <C extends Contract>(terminal: Terminal, contract: C, { apiUrl, credentials }: SignIn): Client<C> => {
  let failures = 0;
  const onRetry = (error: CallError) => {
    if (++failures === 2)
      terminal.stderr.write(`${error.status === 0 ? `${apiUrl} does not answer` : `${apiUrl} answers ${error.status}`}; trying again …\n`);
  };
  return http(contract, { rootUrl: apiUrl, credentials, onRetry });
};

export const connect = async (terminal: Terminal, dataFolder: string | undefined): Promise<Connection> => {
  const found = await signIn(terminal, dataFolder);
  return {
    ...found,
    queue: clientOf(terminal, queue, found),
    events: clientOf(terminal, events, found),
    taskPage: (taskId) => `${found.rootUrl}/tasks/${taskId}`,
    groupPage: (taskGroupId) => `${found.rootUrl}/tasks/groups/${taskGroupId}`,
  };
};
