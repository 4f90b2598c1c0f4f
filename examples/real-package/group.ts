import type { GenericWorkerPayload, TaskDefinitionRequest } from '@taskcluster/contracts';
import { readFile } from 'node:fs/promises';
import slugid from 'slugid';
import type { Options } from './options.ts';
import type { Platform } from './platform.ts';

export const checks = ['test', 'lint', 'benchmark'] as const;
export type Step = 'fetch' | (typeof checks)[number] | 'report';
export const steps: readonly Step[] = ['fetch', ...checks, 'report'];

export interface Member {
  readonly step: Step;
  readonly taskId: string;
  readonly definition: TaskDefinitionRequest;
}
export interface Group {
  readonly taskGroupId: string;
  readonly reportUrl: string;
  /** In the order in which they have to be created: a task comes after those that it depends on. */
  readonly members: readonly Member[];
}

const archive = 'public/package.tar.gz';
const result = 'public/result.json';
const report = 'public/report.html';
const maxRunTimeSeconds = 900;
const hourMs = 3_600_000;

/** The programs of the steps travel in the environment, where a log does not show them. */
const files = { FETCH: 'fetch.mjs', DOWNLOAD: 'download.mjs', CHECK_PACKAGE: 'check.mjs', REPORT: 'report.mjs' } as const;
type Program = keyof typeof files;

const program = (name: Program): string[] => ['bash', '-c', `printf '%s' "$${name}" > ${files[name]} && node ${files[name]}`];

const readPrograms = async (): Promise<Record<string, string>> => {
  const read = async ([name, file]: readonly [string, string]) =>
    [name, await readFile(new URL(`steps/${file}`, import.meta.url), 'utf8')] as const;
  return Object.fromEntries(await Promise.all(Object.entries(files).map(read)));
};

/**
 * The tasks of the example. Their ids are chosen here, so the URLs under which each finds the artifacts of the ones before
 * it can be signed before any of them exists.
 */
export const makeGroup = async (options: Options, platform: Platform): Promise<Group> => {
  const ids = Object.fromEntries(steps.map((step) => [step, slugid.nice()])) as Record<Step, string>;
  const now = Date.now();
  const deadline = new Date(now + hourMs);
  const wanted = options.version === undefined ? options.package : `${options.package}@${options.version}`;
  const input = (step: Step, name: string) => platform.artifactUrl(ids[step], name, deadline);
  const programs = await readPrograms();

  const task = (step: Step, dependencies: readonly Step[], payload: Omit<GenericWorkerPayload, 'maxRunTime'>): Member => ({
    step,
    taskId: ids[step],
    definition: {
      taskQueueId: options.queue,
      taskGroupId: ids.fetch,
      dependencies: dependencies.map((before) => ids[before]),
      // The report is about failures too.
      requires: step === 'report' ? 'all-resolved' : 'all-completed',
      created: new Date(now).toISOString(),
      deadline: deadline.toISOString(),
      expires: new Date(now + 7 * 24 * hourMs).toISOString(),
      payload: { ...payload, env: { ...payload.env, ...programs }, maxRunTime: maxRunTimeSeconds },
      metadata: {
        name: `${wanted}: ${step}`,
        description: `One step of examples/real-package: \`${step}\`.`,
        owner: 'example@localhost',
        source: platform.rootUrl,
      },
    },
  });
  const kept = (name: string, path: string) => ({ type: 'file' as const, path, name });

  const check = (step: (typeof checks)[number]): Member =>
    task(step, ['fetch'], {
      command: [program('DOWNLOAD'), ['tar', '-xzf', 'package.tar.gz'], program('CHECK_PACKAGE')],
      env: { INPUTS: JSON.stringify({ 'package.tar.gz': input('fetch', archive) }), CHECK: step, COMMAND: options.commands[step] ?? '' },
      artifacts: [kept(result, 'result.json')],
    });
  const inputs = Object.fromEntries(checks.map((step) => [`${step}.json`, input(step, result)]));
  const members = [
    task('fetch', [], { command: [program('FETCH')], env: { PACKAGE: wanted }, artifacts: [kept(archive, 'package.tar.gz')] }),
    ...checks.map(check),
    task('report', checks, {
      command: [program('DOWNLOAD'), program('REPORT')],
      env: {
        INPUTS: JSON.stringify(inputs),
        OPTIONAL: 'true',
        PACKAGE: wanted,
        STEPS: JSON.stringify(checks.map((step) => ({ step, taskId: ids[step] }))),
      },
      artifacts: [{ ...kept(report, 'report.html'), contentType: 'text/html; charset=utf-8' }],
    }),
  ];
  return { taskGroupId: ids.fetch, reportUrl: platform.artifactUrl(ids.report, report, deadline), members };
};
