import type {
  CheckCallRequest,
  CheckCallResponse,
  ExplainScopesResponse,
  RoleImpactRequest,
  RoleImpactResponse,
} from '@taskcluster/contracts';
import { texts } from '../../../arguments/command.ts';
import { wrongUse } from '../../../exit.ts';
import type { Terminal } from '../../../output/terminal.ts';
import { dataFolderOption } from '../../../platform/connection.ts';
import type { About } from '../about.ts';

/** Where the answers to questions about access come from: a platform, or files with roles and clients. Both answer alike. */
export interface Answers {
  readonly explain: (about: About, required: unknown) => Promise<ExplainScopesResponse>;
  readonly check: (question: CheckCallRequest) => Promise<CheckCallResponse>;
  /** All of it at once, however many pages it comes in. `concerned` is told how many are concerned so far. */
  readonly impact: (question: RoleImpactRequest, concerned: (count: number) => void) => Promise<RoleImpactResponse>;
  readonly expand: (scopes: readonly string[]) => Promise<readonly string[]>;
  /** What a role was given; undefined for a role that there is not. */
  readonly roleScopes: (roleId: string) => Promise<readonly string[] | undefined>;
  /** Whether an impact tells about clients too. */
  readonly knowsClients: boolean;
}

const fileOptions = {
  roles: texts({
    placeholder: 'FILE',
    description: 'Ask no platform: these are all roles, as "taskcluster api auth listRoles" prints them.',
  }),
  clients: texts({
    placeholder: 'FILE',
    description: 'All clients, as "taskcluster api auth listClients" prints them.',
  }),
} as const;

/** The options of the commands that can ask a platform or files. */
export const answerOptions = { ...fileOptions, ...dataFolderOption } as const;
/** The same for questions that are not about clients. */
export const roleAnswerOptions = { roles: fileOptions.roles, ...dataFolderOption } as const;
export const clientsOption = { clients: fileOptions.clients } as const;

export interface Given {
  readonly roles: readonly string[];
  readonly clients?: readonly string[];
  readonly 'data-dir': string | undefined;
}

/** @throws CommandError when the options contradict each other, when a file cannot be used, or when there is no platform. */
export const answersFrom = async ({ roles, clients = [], 'data-dir': dataFolder }: Given, terminal: Terminal): Promise<Answers> => {
  if (roles.length === 0) {
    if (clients.length > 0) throw wrongUse('There are clients in a file and no roles. Give the roles with --roles FILE too.');
    const { answersOfPlatform } = await import('./platform.ts');
    return await answersOfPlatform(terminal, dataFolder);
  }
  if (dataFolder !== undefined) throw wrongUse('With --roles no platform is asked. Leave out --data-dir.');
  const [{ answersOfFiles }, { readClients, readRoles }] = await Promise.all([import('./files.ts'), import('./read-files.ts')]);
  return answersOfFiles({
    roles: await readRoles(roles, terminal.folder),
    ...(clients.length > 0 && { clients: await readClients(clients, terminal.folder) }),
  });
};
