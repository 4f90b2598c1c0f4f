import type { CheckCallResponse, Contract } from '@taskcluster/contracts';
import { command, flag, one, rest, text, texts } from '../../arguments/command.ts';
import { didYouMean } from '../../arguments/suggestion.ts';
import { exit, wrongUse } from '../../exit.ts';
import { type Style, styleFor } from '../../output/style.ts';
import { write, writeJson } from '../../output/terminal.ts';
import { parameters } from '../api.ts';
import { bodyFrom } from '../api/body.ts';
import { knownContracts } from '../api/contracts.ts';
import { type About, aboutOf, clientArgument, nameOf, parametersFrom, roleOption } from './about.ts';
import { answerOptions, answersFrom } from './answers/index.ts';
import { missingText, proofText, unusableText } from './explanation.ts';

export default command({
  examples: [
    'taskcluster scopes check project/build queue.cancelTask fN1SbArXTPSVFNUvaOlinQ --param schedulerId=- --param taskGroupId=fN1SbArXTPSVFNUvaOlinQ --param projectId=none',
    'taskcluster scopes check project/build queue.createTask fN1SbArXTPSVFNUvaOlinQ --body @task.json',
    'taskcluster scopes check project/build queue.status fN1SbArXTPSVFNUvaOlinQ --roles roles.json --clients clients.json',
  ],
  description:
    'Says whether a client may make a call, and why, or what is missing. The call is not made. What the scopes depend on and is stored in the\n' +
    'platform has to be given with --param; without it, the answer says what is needed. Ends with status 1 if the client may not.',
  positionals: {
    client: clientArgument,
    method: one('METHOD', 'Service and method, e.g. queue.createTask.'),
    values: rest('ARGS', 'The parameters of its route, in order.'),
  },
  options: {
    body: text({ short: 'b', placeholder: 'JSON', description: 'The body that the call would have: JSON, @file, or - for stdin.' }),
    param: texts({ short: 'p', placeholder: 'K=V', description: 'A parameter of the scopes; a list as JSON.' }),
    ...roleOption,
    json: flag({ description: 'Print the answer as JSON: {decided, satisfied, required, needs, proofs, missing, grant}.' }),
    ...answerOptions,
  },
  run: async ({ options, args: { client, method: called, values }, terminal }) => {
    const { contract, method, endpoint } = methodOf(called);
    const params = { ...parameters(endpoint, values), ...parametersFrom(options.param) };
    const payload =
      options.body === undefined ? undefined : ((await bodyFrom(options.body, terminal)) as Readonly<Record<string, unknown>>);
    const about = aboutOf(client, options.role);
    const question = { ...about, service: contract.service, method, params, ...(payload !== undefined && { payload }) };
    const answer = await (await answersFrom(options, terminal)).check(question);
    if (options.json) await writeJson(terminal, answer);
    else await write(terminal.stdout, textOf(answer, { about, called, style: styleFor(terminal.stdout, terminal.env) }));
    if (!answer.decided) return exit.wrongUse;
    return answer.satisfied ? exit.done : exit.no;
  },
});

const methodOf = (called: string) => {
  const [, service = '', method = ''] = /^([\w-]+)\.(\w+)$/.exec(called) ?? [];
  if (!method)
    throw wrongUse(`${JSON.stringify(called)} is no method. Write service and method with a dot between them, e.g. queue.createTask.`);
  const contract: Contract | undefined = knownContracts.get(service);
  if (!contract)
    throw wrongUse(
      `There is no service ${JSON.stringify(service)}. ${didYouMean(service, [...knownContracts.keys()], 'List them with "taskcluster api".')}`,
    );
  const endpoint = Object.hasOwn(contract.endpoints, method) ? contract.endpoints[method] : undefined;
  if (!endpoint)
    throw wrongUse(
      `${service} has no method ${JSON.stringify(method)}. ${didYouMean(method, Object.keys(contract.endpoints), `List its methods with "taskcluster api ${service}".`)}`,
    );
  return { contract, method, endpoint };
};

interface Shown {
  readonly about: About;
  readonly called: string;
  readonly style: Style;
}

const textOf = (answer: CheckCallResponse, { about, called, style }: Shown): string => {
  const { decided, satisfied, required, needs = [], proofs } = answer;
  if (!decided) {
    const lines = needs.map(({ name, kind, from }) => `  --param ${name}=…  ${style.dim(`${kinds[kind]}, from ${from}`)}\n`);
    const body = needs.some(({ from }) => from === 'the payload')
      ? '\nWhat comes from the payload is known when --body gives the payload.\n'
      : '';
    return `${style.yellow('?')} What the call needs depends on more than was given. Give also:\n\n${lines.join('')}${body}`;
  }
  const note = unusableText(answer, style);
  if (satisfied && required === undefined) return `${style.green('✓')} ${called} is open to everybody\n${note}`;
  const who = nameOf(about);
  if (satisfied) return `${style.green('✓')} ${who} may call ${called}\n${note}${proofText(proofs, about, style)}`;
  return `${style.red('✕')} ${who} may not call ${called}\n${note}${missingText(answer, about, style)}`;
};

const kinds = { text: 'a text', list: 'a JSON list of texts', flag: 'true or false' } as const;
