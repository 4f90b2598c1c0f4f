// Runs one CHECK of the unpacked package (test, lint or benchmark), or COMMAND in its place, and writes result.json about it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const { CHECK, COMMAND, PATH } = process.env;
const scriptNames = { test: ['test:unit', 'unit', 'test'], lint: ['lint', 'test:lint'], benchmark: ['bench', 'benchmark'] };
const fileNames = { test: ['test.js'], lint: [], benchmark: ['bench.js', 'benchmark.js', 'benchmark/bench.js', 'benchmark/benchmark.js'] };
const keptLines = 40;

const { name, version, scripts = {} } = JSON.parse(readFileSync('package/package.json', 'utf8'));
const script = scriptNames[CHECK].find((known) => Object.hasOwn(scripts, known));
const file = fileNames[CHECK].find((known) => existsSync(join('package', known)));
const command = COMMAND || (script && `npm run ${script} --loglevel=error`) || (file && `node ${file}`);
if (!command) {
  console.error(
    `${name} has no ${CHECK}: neither a script ${scriptNames[CHECK].join(' or ')} nor a file for it. Give a command with --${CHECK}.`,
  );
  process.exit(1);
}

console.log(`> ${command}`);
const began = Date.now();
const child = spawn('bash', ['-c', command], {
  cwd: 'package',
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, PATH: [resolve('package/node_modules/.bin'), PATH].join(delimiter), NO_COLOR: '1' },
});
let output = '';
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output = (output + text).slice(-100_000);
  });
}
child.on('close', (exitCode) => {
  const seconds = (Date.now() - began) / 1000;
  const lines = output.trimEnd().split('\n').slice(-keptLines);
  writeFileSync('result.json', JSON.stringify({ name, version, check: CHECK, command, seconds, exitCode, lines }, null, 2));
  console.log(`${CHECK}: exit code ${exitCode} after ${seconds.toFixed(1)} s`);
  process.exitCode = exitCode === 0 ? 0 : 1;
});
