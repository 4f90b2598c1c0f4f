import { auth } from '@taskcluster/contracts';
import type { Terminal } from '../../../output/terminal.ts';
import { clientOf } from '../../../platform/connection.ts';
import { signIn } from '../../../platform/sign-in.ts';
import type { Answers } from './index.ts';

/** Answers of a platform, as far as whoever asks may know. */
export const answersOfPlatform = async (terminal: Terminal, dataFolder: string | undefined): Promise<Answers> => {
  const platform = clientOf(terminal, auth, await signIn(terminal, dataFolder));
  return {
    knowsClients: true,
    explain: (about, required) => platform.explainScopes({}, { ...about, required }),
    check: (question) => platform.checkCall({}, question),
    impact: async (question, concerned) => {
      const { continuationToken, ...first } = await platform.roleImpact({}, question);
      const changes = [...first.changes];
      for (let token = continuationToken; token !== undefined;) {
        concerned(changes.length);
        const page = await platform.roleImpact({ continuationToken: token }, question);
        for (const change of page.changes) changes.push(change);
        token = page.continuationToken;
      }
      return { ...first, changes };
    },
    expand: async (scopes) => (await platform.expandScopes({}, { scopes })).scopes,
    roleScopes: (roleId) =>
      platform.role({ roleId }).then(
        ({ scopes }) => scopes,
        (err: { readonly status?: number }) => {
          if (err.status === 404) return undefined;
          throw err;
        },
      ),
  };
};
