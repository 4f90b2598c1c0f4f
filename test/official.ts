import client from 'taskcluster-client';

interface Credentials {
  readonly clientId: string;
  readonly accessToken: string;
  readonly certificate?: string | object;
}
interface Answer {
  readonly status: { readonly state: string; readonly runs: readonly object[] };
  readonly tasks: readonly { readonly status: { readonly state: string }; readonly credentials: Credentials }[];
  readonly artifacts: readonly { readonly name: string }[];
  readonly putUrl: string;
  readonly credentials: Credentials;
  readonly metadata: { readonly name: string };
}
type Call = (...args: readonly unknown[]) => Promise<Answer>;
type Methods =
  | 'createTask'
  | 'task'
  | 'status'
  | 'listTaskGroup'
  | 'cancelTask'
  | 'rerunTask'
  | 'claimWork'
  | 'reclaimTask'
  | 'reportCompleted'
  | 'createArtifact'
  | 'getArtifact'
  | 'getLatestArtifact'
  | 'listLatestArtifacts';
export type OfficialQueue = Readonly<Record<Methods, Call>> & { buildSignedUrl(call: Call, ...args: readonly unknown[]): Promise<string> };

interface Official {
  readonly Queue: new (options: {
    readonly rootUrl: string;
    readonly credentials: Credentials;
    readonly authorizedScopes?: readonly string[];
    readonly retries?: number;
  }) => OfficialQueue;
  createTemporaryCredentials(options: object): Credentials;
  fromNow(offset: string): Date;
  fromNowJSON(offset: string): string;
}

/** The official client, with the types that it does not bring. */
export const official = client as unknown as Official;
