import { type Group, makeGroup, type Member } from './group.ts';
import { type Options, readOptions, usage } from './options.ts';
import { findPlatform, type Platform } from './platform.ts';
import { type States, watch } from './watch.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);

const main = async (argv: readonly string[]): Promise<number> => {
  let options: Options | undefined;
  try {
    options = readOptions(argv);
  } catch (err) {
    process.stderr.write(`${(err as Error).message}\n\n${usage}`);
    return 2;
  }
  if (!options) {
    print(usage);
    return 0;
  }
  const platform = findPlatform();
  const group = await makeGroup(options, platform);
  print(`Task group ${group.taskGroupId}  ${platform.rootUrl}/tasks/groups/${group.taskGroupId}`);
  for (const { taskId, definition } of group.members) await platform.queue.createTask({ taskId }, definition);
  const states = await watch(platform, group, print);
  await cancelRest(platform, group, states);
  return conclude(platform, group, states);
};

/** Tasks that wait for one that failed would otherwise do so until their deadline. */
const cancelRest = async ({ queue }: Platform, { members }: Group, states: States): Promise<void> => {
  for (const { step, taskId } of members) {
    if (states.get(step)?.state === 'unscheduled') await queue.cancelTask({ taskId });
  }
};

const conclude = ({ rootUrl }: Platform, { members, reportUrl }: Group, states: States): number => {
  const stateOf = ({ step }: Member) => states.get(step)?.state;
  for (const member of members) {
    if (stateOf(member) === 'failed' || stateOf(member) === 'exception')
      print(`Why ${member.step} failed: ${rootUrl}/tasks/${member.taskId}`);
  }
  const stuck = members.filter((member) => stateOf(member) === 'unscheduled').map(({ step }) => step);
  if (stuck.length > 0) print(`Cancelled, because they need its result: ${stuck.join(', ')}`);
  if (states.get('report')?.state === 'completed') print(`Report (readable for an hour): ${reportUrl}`);
  return members.every((member) => stateOf(member) === 'completed') ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2)).catch((err: unknown) => {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  return 1;
});
