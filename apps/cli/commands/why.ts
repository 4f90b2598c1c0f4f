import { command, flag, id } from '../arguments/command.ts';
import { exit } from '../exit.ts';
import { stateText } from '../output/state.ts';
import { styleFor } from '../output/style.ts';
import { write, writeJson } from '../output/terminal.ts';
import { connect, dataFolderOption } from '../platform/connection.ts';

export default command({
  examples: ['taskcluster why fN1SbArXTPSVFNUvaOlinQ', 'taskcluster task why fN1SbArXTPSVFNUvaOlinQ --json'],
  description:
    'Says why a task is not running: what it waits for in the end, its place in the queue, its workers, its deadline.\n' +
    'To a pipe: a line for each cause, the decisive one first: its kind and its sentence with a tab between them.',
  positionals: { taskId: id('TASKID', 'The task, or the address of its page.') },
  options: { json: flag({ description: 'Print {taskId, state, summary, causes} in JSON.' }), ...dataFolderOption },
  run: async ({ options, args: { taskId }, terminal }) => {
    const { queue } = await connect(terminal, options['data-dir']);
    const answer = await queue.why({ taskId });
    const { stdout, env } = terminal;
    if (options.json) await writeJson(terminal, answer);
    else if (!stdout.isTTY)
      await write(stdout, answer.causes.map((c) => `${c.kind}\t${c.text}\n`).join('') || `${answer.state}\t${answer.summary}\n`);
    else {
      const rest = answer.causes.filter((c) => c.text !== answer.summary).map((c) => `  ${c.text}\n`);
      await write(stdout, `${stateText(answer.state, styleFor(stdout, env))}  ${answer.summary}\n${rest.join('')}`);
    }
    return exit.done;
  },
});
