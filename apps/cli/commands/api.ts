import type { CallOptions } from '@taskcluster/client';
import type { Contract, Endpoint } from '@taskcluster/contracts';
import { command, optional, rest, text, texts } from '../arguments/command.ts';
import { didYouMean } from '../arguments/suggestion.ts';
import { exit, wrongUse } from '../exit.ts';
import { type Terminal, write, writeJson } from '../output/terminal.ts';
import { writeTable } from '../output/table.ts';
import { clientOf, dataFolderOption } from '../platform/connection.ts';
import { signIn } from '../platform/sign-in.ts';
import { bodyFrom } from './api/body.ts';
import { contractOf, knownContracts, parametersOf, publishedContract } from './api/contracts.ts';

export default command({
  examples: [
    'taskcluster api queue status fN1SbArXTPSVFNUvaOlinQ',
    'taskcluster api queue createTask fN1SbArXTPSVFNUvaOlinQ --body @task.json',
    'taskcluster api queue listTaskGroup fN1SbArXTPSVFNUvaOlinQ --query limit=10',
  ],
  description:
    'Calls any method of any service and prints the answer. Without a METHOD it lists the methods of the service, without a SERVICE the services.\n' +
    'Services that this program does not know are looked up in the references that the platform publishes.',
  positionals: {
    service: optional('SERVICE', 'The service, e.g. queue.'),
    method: optional('METHOD', 'The method, e.g. createTask.'),
    values: rest('ARGS', 'The parameters of its route, in order.'),
  },
  options: {
    body: text({ short: 'b', placeholder: 'JSON', description: 'The body: JSON, @file, or - for stdin.' }),
    query: texts({ short: 'q', placeholder: 'K=V', description: 'A query parameter.' }),
    ...dataFolderOption,
  },
  run: async ({ options, args: { service, method, values }, terminal }) => {
    if (service === undefined) return await listServices(terminal);
    const found = await signIn(terminal, options['data-dir']);
    const contract = await withMethod(await contractOf(service, found.rootUrl), method, found.rootUrl);
    if (method === undefined) return await listMethods(terminal, contract);
    const endpoint = contract.endpoints[method];
    if (!endpoint)
      throw wrongUse(
        `${service} has no method ${JSON.stringify(method)}. ${didYouMean(method, Object.keys(contract.endpoints), `List its methods with "taskcluster api ${service}".`)}`,
      );
    const given = { ...parameters(endpoint, values), ...queries(endpoint, options.query) };
    const body = options.body === undefined ? undefined : await bodyFrom(options.body, terminal);
    if (body === undefined && endpoint.input !== undefined)
      throw wrongUse(`${service}.${method} needs a body. Give it with --body JSON, --body @file or --body - for stdin.`);
    if (body !== undefined && endpoint.input === undefined) throw wrongUse(`${service}.${method} takes no body. Leave out --body.`);
    await print(terminal, await call(clientOf(terminal, contract, found), method, { given, body }));
    return exit.done;
  },
});

/** A platform may be newer than this program: a method that is not known is looked up there. */
const withMethod = async (contract: Contract, method: string | undefined, rootUrl: string): Promise<Contract> => {
  if (method === undefined || contract.endpoints[method]) return contract;
  const published = await publishedContract(contract.service, rootUrl);
  return published?.endpoints[method] ? published : contract;
};

/** The parameters of a route from the words of a command line. @throws CommandError when there are more or fewer. */
export const parameters = (endpoint: Endpoint, values: readonly string[]): Record<string, string> => {
  const names = parametersOf(endpoint);
  if (values.length !== names.length) {
    const wanted = names.length === 0 ? 'no arguments' : names.map((name) => `<${name}>`).join(' ');
    throw wrongUse(
      `The method takes ${wanted}, and ${values.length} ${values.length === 1 ? 'was' : 'were'} given. Put text with spaces in quotes.`,
    );
  }
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
};

const queries = ({ query = {} }: Endpoint, given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((text) => {
      const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
      if (value === undefined) throw wrongUse(`--query ${JSON.stringify(text)} has no value. Write --query name=value.`);
      const names = Object.keys(query);
      const advice = didYouMean(name, names, names.length === 0 ? 'It has none at all.' : `It has ${names.join(', ')}.`);
      if (!names.includes(name)) throw wrongUse(`The method has no query parameter ${JSON.stringify(name)}. ${advice}`);
      return [name, value];
    }),
  );

type AnyMethod = (given: Readonly<Record<string, string>>, body?: unknown, options?: CallOptions) => Promise<unknown>;
interface Request {
  readonly given: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const call = async (client: object, method: string, { given, body }: Request): Promise<unknown> => {
  const invoke = (client as Readonly<Record<string, AnyMethod>>)[method];
  return await invoke?.(given, body);
};

const print = async (terminal: Terminal, answer: unknown): Promise<void> => {
  if (answer === undefined) return;
  if (!(answer instanceof Response)) return await writeJson(terminal, answer);
  for await (const chunk of answer.body ?? []) await write(terminal.stdout, chunk);
};

const listServices = async (terminal: Terminal): Promise<number> => {
  await writeTable(
    terminal,
    [
      { title: 'SERVICE', text: ({ service }) => service },
      { title: 'WHAT IT DOES', text: ({ description }) => description },
    ],
    [...knownContracts.values()],
  );
  return exit.done;
};

const listMethods = async (terminal: Terminal, { endpoints }: Contract): Promise<number> => {
  const columns = [
    { title: 'METHOD', text: ([name]: readonly [string, Endpoint]) => name },
    {
      title: 'ARGUMENTS',
      text: ([, endpoint]: readonly [string, Endpoint]) =>
        parametersOf(endpoint)
          .map((name) => `<${name}>`)
          .join(' '),
    },
    { title: 'WHAT IT DOES', text: ([, { title }]: readonly [string, Endpoint]) => title },
  ];
  await writeTable(terminal, columns, Object.entries(endpoints));
  return exit.done;
};
