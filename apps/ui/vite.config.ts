import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import * as declared from '@taskcluster/contracts';
import type { Contract } from '@taskcluster/contracts';
import { defineConfig, type Plugin } from 'vite';

const source = join(import.meta.dirname, 'src');
const sources = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n');
/** Whether the page calls a method (`queue.status`, or `queue[verb]` with `'cancelTask'`): it calls a third of them, and the others would be carried along for nothing. */
const isCalled = (service: string, method: string): boolean => new RegExp(`\\b${service}\\.${method}\\b|'${method}'`).test(sources);

/** Whether the page asks what a method needs (`'cancelTask'`). */
const isAskedAbout = (method: string): boolean => sources.includes(`'${method}'`);

/** The properties of a body that are filled in when they are left out: scopes may depend on them. */
const defaultsOf = (input: unknown) => {
  const { properties = {} } = input as { readonly properties?: Readonly<Record<string, { readonly default?: unknown }>> };
  const filled = Object.entries(properties).filter(([, schema]) => schema.default !== undefined);
  return { properties: Object.fromEntries(filled.map(([name, schema]) => [name, { default: schema.default }])) };
};

/**
 * What a client needs of a contract: routes and the names of query keys, and of methods that the page asks about what they need. Schemas and descriptions stay out of the bundle,
 * where they would cost about 60 kB.
 */
const routesOf = ({ service, version, endpoints }: Contract) => ({
  service,
  version,
  endpoints: Object.fromEntries(
    Object.entries(endpoints)
      .filter(([name]) => isCalled(service, name))
      .map(([name, { method, route, query, input, output, scopes }]) => [
        name,
        {
          method,
          route,
          ...(query && { query: Object.fromEntries(Object.keys(query).map((key) => [key, 1])) }),
          ...(input === 'stream' && { input }),
          ...(isAskedAbout(name) && { scopes, ...(typeof input === 'object' && { input: defaultsOf(input) }) }),
          ...(output === 'blob' && { output }),
        },
      ]),
  ),
});

/** Provides `virtual:contracts`: the platform's contracts, reduced to routes while the page is built. Its types are in `src/contracts.d.ts`. */
const contracts = (): Plugin => ({
  name: 'contracts',
  resolveId: (id) => (id === 'virtual:contracts' ? '\0contracts' : undefined),
  load: (id) =>
    id === '\0contracts'
      ? [declared.auth, declared.events, declared.queue]
          .map((contract) => `export const ${contract.service} = ${JSON.stringify(routesOf(contract))};`)
          .join('\n')
      : undefined,
});

const server = process.env.TASKCLUSTER_ROOT_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [contracts(), react()],
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: true },
  // The platform checks signatures against the host that the browser asked for: it is passed on as it is.
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
});
