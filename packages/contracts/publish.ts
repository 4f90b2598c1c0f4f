import type { TSchema } from 'typebox';

import type { Contract, Endpoint, Exchange, RoutingKeyField } from './contract.ts';
import { API_REFERENCE, EXCHANGES_REFERENCE, MANIFEST, METASCHEMA, METRICS_REFERENCE, metaschemas } from './metaschemas.ts';
import { commonMetrics } from './metrics.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** A JSON document whose `$id` and `$schema` begin with `/`: the same for every deployment. */
export type Document = Readonly<Record<string, Json>>;

const routeOf = ({ route }: Endpoint) => route.replaceAll(/:(\w+)(\(\*\)|\?)?/g, '<$1>');
const argsOf = ({ route }: Endpoint) => [...route.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
const published = (contract: Contract) => Object.entries(contract.endpoints).filter(([, endpoint]) => !endpoint.unpublished);

/** The API reference of a service (api-conventions, "Reference documents"), in abstract form. Unpublished methods are left out. */
export const referenceOf = (contract: Contract): Document => ({
  $schema: API_REFERENCE,
  serviceName: contract.service,
  apiVersion: contract.version,
  title: contract.title,
  description: contract.description,
  entries: published(contract).map(([name, endpoint]) => entryOf(contract, name, endpoint)),
});

const entryOf = (contract: Contract, name: string, endpoint: Endpoint): Document => ({
  type: 'function',
  name,
  method: endpoint.method,
  route: routeOf(endpoint),
  args: argsOf(endpoint),
  query: Object.keys(endpoint.query ?? {}),
  stability: endpoint.stability ?? 'experimental',
  category: endpoint.category,
  title: endpoint.title,
  description: endpoint.description,
  ...(endpoint.scopes === undefined ? {} : { scopes: endpoint.scopes as Json }),
  ...(isSchema(endpoint.input) ? { input: relativeName(contract, endpoint.input, `the input of ${name}`) } : {}),
  ...outputOf(contract, name, endpoint),
});

const outputOf = (contract: Contract, name: string, { output }: Endpoint): Document => {
  if (output === 'blob') return { output: 'blob' };
  return isSchema(output) ? { output: relativeName(contract, output, `the output of ${name}`) } : {};
};

/** The exchanges reference of a service in abstract form, or undefined when it sends no messages. */
export const exchangesOf = (contract: Contract): Document | undefined =>
  contract.exchanges && {
    $schema: EXCHANGES_REFERENCE,
    serviceName: contract.service,
    apiVersion: contract.version,
    title: `${contract.title}: messages`,
    description: contract.description,
    exchangePrefix: `exchange/taskcluster-${contract.service}/${contract.version}/`,
    entries: Object.entries(contract.exchanges).map(([name, exchange]) => ({
      type: 'topic-exchange',
      exchange: exchange.exchange,
      name,
      title: exchange.title,
      description: exchange.description,
      routingKey: exchange.routingKey.map(keyField),
      schema: relativeName(contract, exchange.schema, `the message of ${name}`),
    })),
  };

const keyField = ({ name, summary, constant, multipleWords = false, required }: RoutingKeyField): Json => ({
  name,
  summary,
  ...(constant === undefined ? {} : { constant }),
  multipleWords,
  required,
});

/** The metrics reference of a service in abstract form: its own metrics and those that every process has. */
export const metricsOf = (contract: Contract): Document => ({
  $schema: METRICS_REFERENCE,
  serviceName: contract.service,
  metrics: [...Object.values(commonMetrics), ...Object.values(contract.metrics ?? {})].map((metric) => ({ ...metric })),
});

/** The documents of all published schemas of a service by path, e.g. `schemas/queue/v1/task.json`. */
export const schemasOf = (contract: Contract): Map<string, Document> => {
  const roots = published(contract).flatMap(([, { input, output }]) => [input, output].filter(isSchema));
  const messages = Object.values(contract.exchanges ?? {}).map((exchange: Exchange) => exchange.schema);
  return documentsOf([...roots, ...messages]);
};

/**
 * The documents of named schemas and of every named schema inside them, by path.
 * Throws when two different schemas have the same name, or when one refers to a schema of another service.
 */
export const documentsOf = (schemas: readonly TSchema[]): Map<string, Document> => {
  const documents = new Map<string, Document>();
  const add = (schema: object): void => {
    const id = nameOf(schema);
    if (!id) throw new Error('A schema to be published has no name. Wrap it in `named(…)`.');
    const document = documentOf(schema, id, add);
    const path = pathOf(id);
    const known = documents.get(path);
    if (known && JSON.stringify(known) !== JSON.stringify(document)) {
      throw new Error(`Two different schemas are called ${id}. Give one of them another name.`);
    }
    documents.set(path, document);
  };
  schemas.forEach(add);
  return documents;
};

/** A schema as a document of its own; named schemas inside it become references, and `found` hears of them. */
const documentOf = (schema: object, id: string, found: (schema: object) => void): Document => {
  const plain = (value: unknown): Json => {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value as Json;
    const nested = nameOf(value);
    if (!nested) return object(value);
    found(value);
    return { $ref: relativeTo(id, nested) };
  };
  // Names and explanations first: people read these files too. TypeBox keeps its own marks in properties that are not enumerable.
  const object = (value: object): Document => {
    const { $id: _id, title, description, type, ...rest } = value as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries({ title, description, type, ...rest })
        .filter(([, part]) => part !== undefined)
        .map(([key, part]) => [key, plain(part)]),
    );
  };
  return { $id: id, $schema: METASCHEMA, ...object(schema) };
};

const isSchema = (schema: TSchema | 'stream' | 'blob' | undefined): schema is TSchema & object => typeof schema === 'object';
const nameOf = (schema: object): string | undefined => {
  const { $id } = schema as { $id?: unknown };
  return typeof $id === 'string' && $id.startsWith('/schemas/') ? $id : undefined;
};
const pathOf = (id: string) => id.replace(/^\//, '').replace(/#$/, '');

const relativeName = (contract: Contract, schema: object, what: string): string => {
  const folder = `/schemas/${contract.service}/`;
  const id = nameOf(schema);
  if (!id?.startsWith(folder)) {
    throw new Error(
      `In ${contract.service}, ${what} has no name of its service. Wrap the schema in \`named('${contract.service}/v1/…', …)\`.`,
    );
  }
  return id.slice(folder.length);
};

const relativeTo = (id: string, target: string): string => {
  const folder = id.slice(0, id.lastIndexOf('/') + 1);
  if (!target.startsWith(folder))
    throw new Error(`${id} contains ${target}. A schema may refer only to schemas beside it: inline it instead.`);
  return target.slice(folder.length);
};

/**
 * Everything that a deployment publishes under `/references/` and `/schemas/`, by path without the leading slash, in abstract form.
 * `schemas` are named schemas beyond those that the contracts use.
 */
export const publish = (contracts: Readonly<Record<string, Contract>>, schemas: readonly TSchema[] = []): Map<string, Json> => {
  const documents = new Map<string, Json>();
  for (const contract of Object.values(contracts)) {
    const folder = `references/${contract.service}/${contract.version}`;
    documents.set(`${folder}/api.json`, referenceOf(contract));
    const exchanges = exchangesOf(contract);
    if (exchanges) documents.set(`${folder}/exchanges.json`, exchanges);
    documents.set(`${folder}/metrics.json`, metricsOf(contract));
  }
  const references = [...documents.keys()].toSorted().map((path) => `/${path}`);
  documents.set('references/manifest.json', { $schema: MANIFEST, references });
  for (const schema of metaschemas) documents.set(pathOf((schema as { $id: string }).$id), schema);
  for (const contract of Object.values(contracts)) for (const [path, document] of schemasOf(contract)) documents.set(path, document);
  for (const [path, document] of documentsOf(schemas)) documents.set(path, document);

  const sorted = [...documents].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map([...sorted, ['references/references.json', sorted.map(([filename, content]) => ({ filename, content }))]]);
};

/**
 * The form that a deployment serves: `$id`, `$schema` and the entries of the manifest are full URLs below `rootUrl`.
 * `$ref`, `input`, `output` and `schema` are relative and stay. The roll-up (an array) is served as it is.
 */
export const absolute = (document: Json, rootUrl: string): Json => {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const root = rootUrl.replace(/\/+$/, '');
  const full = (value: Json): Json => (typeof value === 'string' && value.startsWith('/') ? root + value : value);
  const whole = document as Document;
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => {
      if (key === '$id' || key === '$schema') return [key, full(value)];
      if (key === 'references' && whole['$schema'] === MANIFEST) return [key, (value as readonly Json[]).map(full)];
      return [key, value];
    }),
  );
};
