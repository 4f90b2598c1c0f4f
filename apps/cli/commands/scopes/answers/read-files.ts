import { checkRoles, DependencyCycleError, type GivenClient, InvalidScopeError, isValidScope, type Role } from '@taskcluster/scopes';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { wrongUse } from '../../../exit.ts';

/** What a kind of file consists of. */
interface Kind {
  readonly option: '--roles' | '--clients';
  readonly list: 'roles' | 'clients';
  readonly id: 'roleId' | 'clientId';
  readonly command: string;
}
const roleFiles: Kind = { option: '--roles', list: 'roles', id: 'roleId', command: 'taskcluster api auth listRoles' };
const clientFiles: Kind = { option: '--clients', list: 'clients', id: 'clientId', command: 'taskcluster api auth listClients' };

type Values = Readonly<Record<string, unknown>>;
interface Entry {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly value: Values;
  /** `roles.json:12`, where it begins as far as that can be told. */
  readonly place: string;
  /** The same for one of its scopes. */
  readonly placeOf: (scope: string) => string;
}

/** All roles of some files, checked as when they are stored. @throws CommandError that names the role and its place. */
export const readRoles = async (files: readonly string[], folder: string): Promise<readonly Role[]> => {
  const entries = await entriesOf(files, roleFiles, folder);
  const roles = [...entries.values()].map(({ id, scopes }) => ({ roleId: id, scopes }));
  for (const { id, scopes, placeOf } of entries.values()) {
    const stars = scopes.find((scope) => scope.endsWith('**'));
    if (stars !== undefined)
      throw wrongUse(`${placeOf(stars)}: Scope ${stars} of role ${id} ends in more than one star. Leave one star at the end.`);
  }
  try {
    checkRoles(roles);
  } catch (err) {
    throw problemOf(err, entries);
  }
  return roles;
};

const problemOf = (err: unknown, entries: ReadonlyMap<string, Entry>): unknown => {
  if (err instanceof InvalidScopeError) return wrongUse(`${entries.get(err.roleId)?.placeOf(err.scope)}: ${err.message}`);
  if (!(err instanceof DependencyCycleError)) return err;
  const places = err.cycle.map((roleId) => `\n  ${entries.get(roleId)?.place}: ${roleId}`);
  return wrongUse(`${err.message}${places.join('')}`);
};

/** All clients of some files, in the order of their ids. */
export const readClients = async (files: readonly string[], folder: string): Promise<ReadonlyMap<string, GivenClient>> => {
  const entries = await entriesOf(files, clientFiles, folder);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, entry]) => [id, clientOf(entry)]));
};

const clientOf = ({ id, scopes, value: { disabled, expires }, place }: Entry): GivenClient => {
  if (disabled !== undefined && typeof disabled !== 'boolean')
    throw wrongUse(`${place}: \`disabled\` of ${id} is not true or false. Correct it.`);
  if (expires !== undefined && (typeof expires !== 'string' || Number.isNaN(Date.parse(expires))))
    throw wrongUse(`${place}: \`expires\` of ${id} is not a time. Write it like 2030-01-31T12:00:00Z.`);
  return { scopes, ...(disabled !== undefined && { disabled }), ...(expires !== undefined && { expires }) };
};

const entriesOf = async (files: readonly string[], kind: Kind, folder: string): Promise<ReadonlyMap<string, Entry>> => {
  const all = new Map<string, Entry>();
  for (const [i, file] of files.entries()) {
    const { list, isPage, placeOf, placeOfText } = await listIn(file, kind, folder);
    if (isPage && i === files.length - 1)
      throw wrongUse(
        `${file} is a page of a longer list: it has a continuationToken. Give the pages behind it too, each with ${kind.option}.`,
      );
    for (const [at, value] of list.entries()) {
      const place = placeOf(at);
      const entry = { ...entryOf(value, kind, place), place, placeOf: (scope: string) => placeOfText(scope) ?? place };
      const other = all.get(entry.id);
      if (other) throw wrongUse(`${place}: There is ${entry.id} already, at ${other.place}. Leave out one of them.`);
      all.set(entry.id, entry);
    }
  }
  return all;
};

const entryOf = (value: unknown, { id: key }: Kind, place: string): Pick<Entry, 'id' | 'scopes' | 'value'> => {
  const values: Values = typeof value === 'object' && value !== null ? { ...value } : {};
  const id = values[key];
  if (typeof id !== 'string' || id === '' || !isValidScope(id))
    throw wrongUse(`${place}: An entry has no proper \`${key}\`. Give it one in printable ASCII.`);
  const { scopes } = values;
  if (!Array.isArray(scopes)) throw wrongUse(`${place}: ${id} has no list of scopes. Write "scopes": ["…"], or "scopes": [] for none.`);
  const wrong = (scopes as readonly unknown[]).find((scope) => !isValidScope(scope));
  if (wrong !== undefined)
    throw wrongUse(`${place}: ${JSON.stringify(wrong)} of ${id} is no scope. Write scopes as texts in printable ASCII.`);
  return { id, scopes: scopes as readonly string[], value: values };
};

const listIn = async (file: string, { list: name, id, command }: Kind, folder: string) => {
  const text = await readFile(path.resolve(folder, file), 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw wrongUse(`${file} cannot be read (${err.code}). Check its path.`);
  });
  const content = parsed(text, file, command);
  const values: Values = typeof content === 'object' && content !== null ? { ...content } : {};
  const list: unknown = Array.isArray(content) ? content : values[name];
  if (!Array.isArray(list))
    throw wrongUse(
      `${file} has no list of ${name}. Give what "${command}" prints: a list of {"${id}": "…", "scopes": ["…"]}, or {"${name}": …} with such a list.`,
    );
  const starts = [...text.matchAll(new RegExp(`"${id}"\\s*:`, 'g'))].map(({ index }) => index);
  const lineAt = (index: number) => `${file}:${text.slice(0, index).split('\n').length}`;
  return {
    list: list as readonly unknown[],
    isPage: typeof values.continuationToken === 'string',
    placeOf: (at: number) => (starts.length === list.length ? lineAt(starts[at] ?? 0) : `${file}, entry ${at + 1}`),
    placeOfText: (scope: string) => {
      const index = text.indexOf(JSON.stringify(scope));
      return index < 0 || text.includes(JSON.stringify(scope), index + 1) ? undefined : lineAt(index);
    },
  };
};

const parsed = (text: string, file: string, command: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (err) {
    throw wrongUse(`${file} is not JSON: ${(err as Error).message}. Give what "${command}" prints.`);
  }
};
