/** A client as it is stored. Never changed in place: a change makes a new object with a new list of scopes. */
export interface HawkClient {
  readonly clientId: string;
  readonly accessToken: string;
  readonly scopes: readonly string[];
  readonly expires: Date;
  readonly disabled: boolean;
}

/** What verification needs to know: the clients, what scopes grant through roles, and the time. */
export interface Authority {
  readonly findClient: (clientId: string) => HawkClient | undefined;
  /**
   * All that the scopes grant through roles, normalised. Called with frozen arrays that stay the same from request to
   * request, so that it can remember its answer by the array, as `RoleExpander` does.
   */
  readonly expand: (scopes: readonly string[]) => readonly string[];
  /** Told of a client whose key was just proven, or that of a certificate that it issued. Must cost next to nothing. */
  readonly used?: (client: HawkClient) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How far the signer's clock may be off, in milliseconds; 15 minutes unless given. */
  readonly skewMs?: number;
}
