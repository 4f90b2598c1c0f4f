import { RecentMap } from '@taskcluster/scopes';

export interface Installation {
  readonly id: number;
  readonly owner: string;
}
const keepMs = 3_600_000;

/** Where GitHub apps are installed, remembered for an hour (auth.md, section 8). */
export interface Installations {
  get(app: string, owner: string): Installation | undefined;
  set(app: string, owner: string, installation: Installation): void;
  drop(app: string, owner: string): void;
}

export const createInstallations = (now: () => number): Installations => {
  const known = new RecentMap<{ readonly installation: Installation | undefined; readonly until: number }>({
    entries: 1_000,
    weight: 1_000_000,
  });
  const keyOf = (app: string, owner: string) => `${app}/${owner}`;
  const put = (key: string, installation: Installation | undefined) => known.set(key, { installation, until: now() + keepMs }, key.length);
  return {
    get: (app, owner) => {
      const found = known.get(keyOf(app, owner));
      return found && found.until > now() ? found.installation : undefined;
    },
    set: (app, owner, installation) => void put(keyOf(app, owner), installation),
    drop: (app, owner) => void put(keyOf(app, owner), undefined),
  };
};
