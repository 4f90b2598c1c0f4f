import { atOnce, candidatesOf, changesOf, clientCandidate, differenceFor, EVERYBODY, RoleExpander } from '@taskcluster/scopes';
import { command, flag, one } from '../../arguments/command.ts';
import { exit } from '../../exit.ts';
import { writeJson } from '../../output/terminal.ts';
import { clientsOption } from './answers/index.ts';
import { readClients, readRoles } from './answers/read-files.ts';
import { writeChanges } from './changes.ts';

export default command({
  examples: ['taskcluster scopes compare roles.json new-roles.json --clients clients.json'],
  description:
    'Says which roles and clients gain and lose what between two files with all roles, as "taskcluster api auth listRoles" prints them. No\n' +
    'platform is asked. Roles that could not be stored, such as those that grant each other in a circle, are an error (status 2).',
  positionals: { before: one('BEFORE', 'The roles as they are.'), after: one('AFTER', 'The roles as they would be.') },
  options: { ...clientsOption, json: flag({ description: 'Print {everybody, changes} in JSON.' }) },
  run: async ({ options, args, terminal }) => {
    const { folder } = terminal;
    const [before, after] = [await readRoles([args.before], folder), await readRoles([args.after], folder)];
    const clients = options.clients.length > 0 ? await readClients(options.clients, folder) : undefined;
    const comparison = { before: new RoleExpander(before), after: new RoleExpander(after) };
    const roles = candidatesOf([...before, ...after].map(({ roleId }) => roleId));
    const others = [...(clients ?? [])].map(([id, { scopes }]) => clientCandidate(id, scopes));
    const everybody = atOnce(differenceFor(comparison, [EVERYBODY]));
    const answer = { ...(everybody && { everybody }), changes: atOnce(changesOf(comparison, [...roles, ...others])) };
    if (options.json) await writeJson(terminal, answer);
    else await writeChanges(terminal, answer, clients !== undefined);
    return exit.done;
  },
});
