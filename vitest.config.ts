import { defineConfig } from 'vitest/config';

// The last line of a run is its totals in a form that tools can read: see test/totals.ts.
export default defineConfig({
  test: {
    include: ['{packages,services,apps,test,examples}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['packages/testing/cluster.ts'],
    reporters: ['default', './test/totals.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One test in three thousand that meets a busy machine at a bad moment does not hold up a change; test/totals.ts names it.
    retry: process.env.CI ? 1 : 0,
  },
});
