/** The platform's contracts, reduced to routes by `vite.config.ts`. */
declare module 'virtual:contracts' {
  export const auth: typeof import('@taskcluster/contracts').auth;
  export const queue: typeof import('@taskcluster/contracts').queue;
  export const events: typeof import('@taskcluster/contracts').events;
}
