import { notConfigured } from './not-configured.ts';

const onceIn = 6 * 3_600_000;

/** The storage accounts of the deployment, and what was made sure of in them. */
export interface AzureAccounts {
  readonly names: readonly string[];
  /** The key of an account; throws the documented 404 for one that is not configured. */
  keyOf(account: string): string;
  /** Runs `create` at most once in six hours for one name in this process. */
  once(name: string, create: () => Promise<unknown>): Promise<void>;
}

export const azureAccounts = (keys: Readonly<Record<string, string>>, now: () => number): AzureAccounts => {
  const made = new Map<string, number>();
  return {
    names: Object.keys(keys),
    keyOf: (account) => {
      const key = Object.hasOwn(keys, account) ? keys[account] : undefined;
      if (key === undefined) throw notConfigured(`Azure account ${account}`);
      return key;
    },
    once: async (name, create) => {
      if ((made.get(name) ?? -Infinity) > now() - onceIn) return;
      await create();
      made.set(name, now());
    },
  };
};
