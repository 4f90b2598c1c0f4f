/** Everybody holds it, signed in or not (scopes.md, section 6). */
export const EVERYBODY = 'assume:anonymous';

/** What somebody was given, before roles are looked at. */
export interface Subject {
  readonly held: readonly string[];
  /** The requests of a client are refused whatever it holds. */
  readonly unusable?: 'disabled' | 'expired';
}

export interface GivenClient {
  readonly scopes: readonly string[];
  readonly disabled?: boolean;
  /** ISO 8601. */
  readonly expires?: string;
}

/** A client as its requests are checked: with what everybody holds besides its own scopes. `now` is epoch milliseconds. */
export const clientSubject = ({ scopes, disabled = false, expires }: GivenClient, now: number): Subject => {
  const held = [...scopes, EVERYBODY];
  if (disabled) return { held, unusable: 'disabled' };
  return expires !== undefined && Date.parse(expires) < now ? { held, unusable: 'expired' } : { held };
};

/** Whoever has a role, and nothing besides: as the role itself is shown, without what everybody holds. */
export const roleSubject = (roleId: string): Subject => ({ held: [`assume:${roleId}`] });
