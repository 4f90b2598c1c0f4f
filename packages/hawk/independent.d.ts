// The few functions of independent implementations that the tests use; the packages bring no types.

declare module 'hawk' {
  interface HawkCredentials {
    readonly id: string;
    readonly key: string;
    readonly algorithm: 'sha256';
  }
  interface HawkRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
  }
  interface HawkArtifacts {
    readonly hash?: string;
    readonly ext?: string;
  }
  type Lookup = (id: string) => HawkCredentials;
  const hawk: {
    readonly client: {
      header(url: string, method: string, options: object): { readonly header: string };
      getBewit(url: string, options: object): string;
    };
    readonly server: {
      authenticate(request: HawkRequest, lookup: Lookup, options?: object): Promise<{ artifacts: HawkArtifacts }>;
      authenticateBewit(request: HawkRequest, lookup: Lookup, options?: object): Promise<{ attributes: object }>;
    };
  };
  export default hawk;
}

declare module 'taskcluster-client' {
  interface JsCredentials {
    readonly clientId: string;
    readonly accessToken: string;
    readonly certificate?: string | object;
  }
  interface JsOptions {
    readonly rootUrl: string;
    readonly credentials: JsCredentials;
    readonly authorizedScopes?: readonly string[];
    readonly retries?: number;
  }
  const client: {
    createTemporaryCredentials(options: object): JsCredentials;
    readonly Auth: new (options: JsOptions) => {
      role(roleId: string): Promise<unknown>;
      listRoleIds(query: object): Promise<unknown>;
      expandScopes(payload: object): Promise<unknown>;
      buildSignedUrl(...args: unknown[]): Promise<string>;
      readonly role: ((roleId: string) => Promise<unknown>) & object;
    };
  };
  export default client;
}
