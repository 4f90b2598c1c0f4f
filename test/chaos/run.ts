import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { storm, type StormReport } from './storm.ts';

// npm run test:chaos -- --kills 500 --seed 1 --first 40 --embedded --minutes 20 --report FILE
// Kills the platform under load and looks each time whether a promise is broken. docs/operate/proofs.md tells how to read the report.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    first: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '120' },
    embedded: { type: 'boolean', default: false },
    report: { type: 'string', default: join(tmpdir(), 'taskcluster-chaos.json') },
  },
});

const print = (line: string) => void process.stdout.write(`${line}\n`);

const summary = (report: StormReport): void => {
  const { faults, byFault, failpointsHit, notReached, acknowledged, acknowledgedPerSecond, unknown } = report;
  const { tasks, runs, messages, checks, violations, stuck } = report;
  print(`\n${faults} faults in ${report.seconds} s (seed ${report.seed}); the slowest restart took ${report.slowestRestartMs} ms`);
  for (const [name, n] of Object.entries(byFault).toSorted(([a], [b]) => (a < b ? -1 : 1))) print(`  ${String(n).padStart(4)}  ${name}`);
  print(`failpoints hit: ${failpointsHit}; set but not reached in time: ${notReached}`);
  for (const [name, n] of Object.entries(report.requests))
    print(`  ${name.padEnd(18)} ${n.acknowledged} acknowledged, ${n.refused} refused, ${n.unknown} without an answer`);
  print(
    `${acknowledged} acknowledged (${acknowledgedPerSecond} a second), ${unknown} without an answer; ${tasks} tasks, ${runs} runs, ${messages} messages; ${checks} checks`,
  );
  for (const { invariant, taskId, detail } of violations.slice(0, 20)) print(`✗ ${invariant}: ${taskId} ${detail}`.slice(0, 1_000));
  print(
    violations.length + stuck === 0
      ? '✓ nothing lost, nothing twice, nothing stuck'
      : `✗ ${violations.length} violations, ${stuck} tasks stuck`,
  );
};

const report = await storm({
  kills: Number(values.kills),
  first: Number(values.first),
  seed: Number(values.seed),
  embedded: values.embedded,
  progress: print,
  limitMs: Number(values.minutes) * 6e4,
});
await writeFile(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
summary(report);
print(`report: ${values.report}`);
process.exitCode = report.violations.length + report.stuck > 0 ? 1 : 0;
