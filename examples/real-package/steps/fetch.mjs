// Downloads the published tarball of PACKAGE from the registry that npm is configured for, installs what its tests need, and packs all of it.
import { spawnSync } from 'node:child_process';

const { PACKAGE } = process.env;

const run = (folder, program, ...args) => {
  console.log(`> ${program} ${args.join(' ')}`);
  const began = Date.now();
  const { status, stdout } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  process.stdout.write(stdout ?? '');
  console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(1);
  return stdout;
};

// npm waits five minutes for a connection that hangs; a new one is usually answered at once.
const patience = ['--fetch-timeout=15000', '--fetch-retries=6', '--fetch-retry-mintimeout=1000'];
// The last thing that npm prints is the name of the file.
const file = run('.', 'npm', 'pack', PACKAGE, ...patience, '--loglevel=error')
  .trim()
  .split('\n')
  .at(-1);
run('.', 'tar', '-xzf', file);
// Scripts of dependencies are not run: what they would build is not needed to run the tests of a JavaScript package.
run('package', 'npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...patience, '--loglevel=error');
run('.', 'tar', '-czf', 'package.tar.gz', 'package');
