import { check } from './check.ts';

// node test/model/play.ts: plays sequences in a process of its own, as the environment says, and prints the report as JSON.
// It ends with 1 when the engine and the model disagree.

const { env } = process;
const report = await check({
  cluster: env['MODEL_CLUSTER'] ?? '',
  seed: Number(env['MODEL_SEED']),
  runs: Number(env['MODEL_RUNS']),
  races: env['MODEL_RACES'] === '1',
  path: env['MODEL_PATH'],
  shorten: env['PLANTED_BUG'] === undefined,
});
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = report.failure === undefined ? 0 : 1;
