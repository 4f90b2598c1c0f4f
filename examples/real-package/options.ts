import { parseArgs } from 'node:util';

/** Which package, and how it is tested where its scripts have other names than most. */
export interface Options {
  readonly package: string;
  /** Absent: the newest. */
  readonly version: string | undefined;
  readonly queue: string;
  /** Shell commands that take the place of the npm scripts that the steps look for. */
  readonly commands: { readonly test: string | undefined; readonly lint: string | undefined; readonly benchmark: string | undefined };
}

// Pinned, so that the example does the same thing every time: 274 tests, a lint and a benchmark of ten seconds, all in its tarball.
const defaultPackage = 'fastq';
const defaultVersion = '1.20.3';

export const usage = `node examples/real-package/run.ts
node examples/real-package/run.ts --package fast-json-stringify --version 7.3.6 --lint 'eslint index.js lib test'

Tests, lints and measures a package from npm on a Taskcluster platform, and makes a report.

  --package NAME       the package (${defaultPackage})
  --version VERSION    its version (${defaultVersion}; the newest of another package)
  --queue QUEUE        the task queue (local/default)
  --test COMMAND       instead of its script "test:unit", "unit" or "test"
  --lint COMMAND       instead of its script "lint" or "test:lint"
  --benchmark COMMAND  instead of its script "bench" or "benchmark", or its file bench.js

The platform is the one of TASKCLUSTER_ROOT_URL, or the local one whose .taskcluster folder is nearest.
Exit codes: 0 all is well, 1 a task failed, 2 wrong use.
`;

/** Reads the command line. Answers undefined if help was asked for. @throws Error that says what is wrong. */
export const readOptions = (argv: readonly string[]): Options | undefined => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { package: text, version: text, queue: text, test: text, lint: text, benchmark: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return undefined;
  const name = values.package ?? defaultPackage;
  if (!/^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/.test(name))
    throw new Error(`${JSON.stringify(name)} is not the name of a package.`);
  const version = values.version ?? (name === defaultPackage ? defaultVersion : undefined);
  if (version !== undefined && !/^[0-9A-Za-z][0-9A-Za-z.+-]*$/.test(version))
    throw new Error(`${JSON.stringify(version)} is not a version.`);
  return {
    package: name,
    version,
    queue: values.queue ?? 'local/default',
    commands: { test: values.test, lint: values.lint, benchmark: values.benchmark },
  };
};
