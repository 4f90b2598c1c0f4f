import { breadthOf } from '@taskcluster/contracts';
import type { Authentication } from '@taskcluster/hawk';
import { compileTemplate, missing, type ScopeExpression, ScopeSet, type ScopeTemplate, smallestGrant } from '@taskcluster/scopes';
import { ApiError } from './errors.ts';

/** Who sent a request, as handlers see it. */
export interface Caller {
  /** For logs and records only, never for a decision. `auth-failed:no-auth` without credentials. */
  readonly clientId: string;
  /** When the credentials lapse: bounds what is derived from them. */
  readonly expires: Date;
  /** All scopes, expanded; empty when authentication failed. */
  scopes(): readonly string[];
  /**
   * Fills the method's scope expression with `params` and refuses the request (401 or 403) unless the caller satisfies it.
   * A method whose expression cannot be filled from its URL must call this before it answers.
   */
  authorize(params?: Readonly<Record<string, unknown>>): void;
}

/** A caller whose checks have been made, or not yet. */
export interface CheckedCaller extends Caller {
  readonly authorized: boolean;
}

export interface CallerOptions {
  readonly template: ScopeTemplate | undefined;
  /** Evaluated at most once, and only when somebody needs to know. */
  readonly authenticate: () => Authentication;
}

type Render = (params: Readonly<Record<string, unknown>>) => ScopeExpression | undefined;
const compiled = new WeakMap<object, Render>();
const compiledTexts = new Map<string, Render>();
const renderer = (template: ScopeTemplate): Render => {
  const known = typeof template === 'string' ? compiledTexts.get(template) : compiled.get(template);
  if (known) return known;
  const render = compileTemplate(template);
  if (typeof template === 'string') compiledTexts.set(template, render);
  else compiled.set(template, render);
  return render;
};

export const createCaller = (options: CallerOptions): CheckedCaller => new RequestCaller(options);

// A class: a literal with getters would be a dictionary, which takes 2 KB and several times as long with each request.
class RequestCaller implements CheckedCaller {
  readonly #template: ScopeTemplate | undefined;
  readonly #authenticate: () => Authentication;
  #known: Authentication | undefined;
  #authorized: boolean;

  constructor({ template, authenticate }: CallerOptions) {
    this.#template = template;
    this.#authenticate = authenticate;
    this.#authorized = template === undefined;
  }
  get #who(): Authentication {
    return (this.#known ??= this.#authenticate());
  }
  get clientId(): string {
    const who = this.#who;
    if (who.status === 'auth-success') return who.clientId;
    return who.status === 'no-auth' ? 'auth-failed:no-auth' : 'auth-failed:auth-failed';
  }
  get expires(): Date {
    const who = this.#who;
    return who.status === 'auth-failed' ? new Date(0) : who.expires;
  }
  get authorized(): boolean {
    return this.#authorized;
  }
  scopes(): readonly string[] {
    const who = this.#who;
    return who.status === 'auth-failed' ? [] : who.scopes;
  }
  authorize(params: Readonly<Record<string, unknown>> = {}): void {
    if (this.#template === undefined) return;
    const needed = renderer(this.#template)(params);
    if (needed !== undefined) requireScopes(this.#who, needed);
    this.#authorized = true;
  }
}

/**
 * Refuses (401 or 403) a request whose authentication failed or whose scopes do not satisfy `needed`. A 403 says what is needed; to a
 * caller with credentials also what is missing, and the smallest grant that would help. Programs find the same in `requestInfo.details`.
 */
export const requireScopes = (authentication: Authentication, needed: ScopeExpression): void => {
  if (authentication.status === 'auth-failed') throw new ApiError('AuthenticationFailed', '{{reason}}', { reason: authentication.message });
  const held = ScopeSet.of(authentication.scopes);
  if (held.satisfies(needed)) return;
  if (authentication.status === 'no-auth') {
    throw new ApiError(
      'InsufficientScopes',
      'This request carries no credentials, and what it asks for is not open to everybody. It needs:\n\n```\n{{needed}}\n```\n\n' +
        'Sign the request with credentials that hold these scopes, or grant them to the role `anonymous` if everybody may do this.',
      { needed: pretty(needed) },
      { about: { needed } },
    );
  }
  const lacking = missing(held, needed) ?? needed;
  const grant = smallestGrant(held.scopes, needed, breadthOf);
  throw new ApiError(
    'InsufficientScopes',
    'Client `{{clientId}}` does not hold enough scopes for this request. It is missing:\n\n```\n{{missing}}\n```\n\nThe request needs:\n\n```\n{{needed}}\n```\n\n{{advice}}',
    { clientId: authentication.clientId, missing: pretty(lacking), needed: pretty(needed), advice: adviceOf(lacking, grant) },
    { about: { clientId: authentication.clientId, needed, missing: lacking, ...(grant ? { grant } : {}) } },
  );
};

/** How to mend it. What is missing as a whole is not repeated when it is the grant as well. */
const adviceOf = (lacking: ScopeExpression, grant: readonly string[] | undefined): string => {
  if (grant === undefined) return 'No scope would be enough: one of an empty list of alternatives is asked for. Ask for something else.';
  const limited = 'A request that limits its own scopes (temporary credentials, `authorizedScopes`) has to include it there too.';
  if (typeof lacking === 'string' && grant[0] === lacking)
    return `To grant this scope to the client, or to a role that it has, is the smallest grant that allows it. ${limited}`;
  return `The smallest grant that allows it, to this client or to a role that it has:\n\n\`\`\`\n${grant.join('\n')}\n\`\`\`\n\n${limited}`;
};

const pretty = (expression: ScopeExpression) => JSON.stringify(expression, null, 2);
