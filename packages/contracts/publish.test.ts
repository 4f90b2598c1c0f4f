import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';

import { contract, get, monitoring, named, put } from './contract.ts';
import { contracts, GenericWorkerPayload, queue, queueMetrics } from './index.ts';
import { absolute, documentsOf, exchangesOf, metricsOf, publish, referenceOf, schemasOf } from './publish.ts';
import type { Document, Json } from './publish.ts';
import { closed, oneOf } from './schema.ts';

const Inner = named('thing/v1/inner', closed({ id: Type.String({ title: 'Id' }) }));
const Outer = named('thing/v1/outer', closed({ one: Type.Optional(Inner), many: Type.Array(Inner), either: oneOf([Inner, Type.Null()]) }));
const describedAs = { title: 'T', description: 'D', category: 'C' } as const;
const thing = contract({
  service: 'thing',
  version: 'v1',
  title: 'Thing',
  description: 'Things.',
  endpoints: {
    ...monitoring,
    outer: get('/outer/:a/:b?/rest/:c(*)', { ...describedAs, scopes: 'thing:<a>', query: { limit: /^\d+$/ }, output: Outer }),
    stream: put('/stream/:name', { ...describedAs, stability: 'stable', input: 'stream', output: 'blob' }),
    hidden: get('/hidden', { ...describedAs, unpublished: true, output: Type.String() }),
  },
});

const documents = publish(contracts, [GenericWorkerPayload]);
const files = [...documents].filter(([path]) => path !== 'references/references.json') as [string, Document][];
const entriesOf = (document: Document | undefined) => document?.['entries'] as readonly Document[];
const entry = (name: string) => entriesOf(referenceOf(thing)).find((e) => e['name'] === name);

const everyValue = function* (value: Json): Generator<Json> {
  yield value;
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* everyValue(part as Json);
};
const references = (document: Json) =>
  [...everyValue(document)].flatMap((value) => {
    const ref = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document)['$ref'] : undefined;
    return typeof ref === 'string' ? [ref] : [];
  });

describe('schemas', () => {
  test('a named schema inside another becomes a document of its own and a reference to it', () => {
    const found = schemasOf(thing);
    expect([...found.keys()].toSorted()).toEqual(['schemas/thing/v1/inner.json', 'schemas/thing/v1/outer.json']);
    const { properties } = found.get('schemas/thing/v1/outer.json') as unknown as { properties: unknown };
    expect(properties).toEqual({
      one: { $ref: 'inner.json#' },
      many: { type: 'array', items: { $ref: 'inner.json#' } },
      either: { oneOf: [{ $ref: 'inner.json#' }, { type: 'null' }] },
    });
  });

  test('every document has an id that is its path, and a schema', () => {
    for (const [path, document] of files.filter(([path]) => path.startsWith('schemas/'))) {
      expect(document['$id']).toBe(`/${path}#`);
      expect(document['$schema'], path).toMatch(/^(\/schemas\/common\/|http:\/\/json-schema.org\/draft-06)/);
    }
    for (const [path, document] of files) expect(document['$schema'], path).toBeTypeOf('string');
  });

  test('no mark of TypeBox is in any document, and none is lost when it becomes text', () => {
    for (const [path, document] of files) {
      for (const value of everyValue(document)) {
        if (typeof value === 'object' && value !== null)
          expect(
            Reflect.ownKeys(value).filter((key) => String(key).startsWith('~')),
            path,
          ).toEqual([]);
      }
      expect(JSON.parse(JSON.stringify(document)), path).toEqual(document);
    }
  });

  test('every reference leads to a document or to a place in its own', () => {
    for (const [path, document] of files) {
      for (const ref of references(document).filter((ref) => !ref.startsWith('http'))) {
        const [file = '', fragment = ''] = ref.split('#');
        const target = file === '' ? document : documents.get(path.replace(/[^/]*$/, '') + file.replace('./', ''));
        expect(target, `${path}: ${ref}`).toBeDefined();
        const place = fragment
          .split('/')
          .filter(Boolean)
          .reduce<unknown>((node, key) => (node as Document)[key], target);
        expect(place, `${path}: ${ref}`).toBeDefined();
      }
    }
  });

  test('two different schemas cannot have one name', () => {
    const other = named('thing/v1/inner', Type.String());
    expect(() => documentsOf([Inner, other])).toThrow(/Two different schemas are called \/schemas\/thing\/v1\/inner.json#/);
  });

  test('a schema cannot refer to one of another service', () => {
    const mixed = named('other/v1/mixed', closed({ inner: Inner }));
    expect(() => documentsOf([mixed])).toThrow(/may refer only to schemas beside it/);
  });
});

describe('references', () => {
  test('an entry shows the route in angle brackets and its parameters in order', () => {
    expect(entry('outer')).toEqual({
      type: 'function',
      name: 'outer',
      method: 'get',
      route: '/outer/<a>/<b>/rest/<c>',
      args: ['a', 'b', 'c'],
      query: ['limit'],
      stability: 'experimental',
      ...describedAs,
      scopes: 'thing:<a>',
      output: 'v1/outer.json#',
    });
  });

  test('a stream has no input schema, and a reply that is not JSON is a blob', () => {
    expect(entry('stream')).toMatchObject({ output: 'blob' });
    expect(entry('stream')).not.toHaveProperty('input');
    expect(entry('stream')).not.toHaveProperty('scopes');
  });

  test('methods of our own are not listed', () => {
    expect(entry('hidden')).toBeUndefined();
    const names = files.flatMap(([, document]) => entriesOf(document) ?? []).map((e) => e['name']);
    expect(names).not.toContain('putLocal');
    expect(names).not.toContain('signIn');
  });

  test('a published method whose schema has no name is refused with a hint', () => {
    const nameless = contract({ ...thing, endpoints: { x: get('/x', { ...describedAs, output: Type.String() }) } });
    expect(() => referenceOf(nameless)).toThrow(
      /In thing, the output of x has no name of its service\. Wrap the schema in `named\('thing\/v1/,
    );
  });

  test('an exchange is listed with its prefix and the fields of its key', () => {
    const reference = exchangesOf(queue);
    expect(reference?.['exchangePrefix']).toBe('exchange/taskcluster-queue/v1/');
    const resolved = entriesOf(reference).find((e) => e['name'] === 'taskGroupResolved');
    expect(resolved).toMatchObject({
      exchange: 'task-group-resolved',
      type: 'topic-exchange',
      schema: 'v1/task-group-changed-message.json#',
    });
    const key = resolved?.['routingKey'] as readonly Document[];
    expect(key.map((field) => field['name'])).toEqual(['routingKeyKind', 'taskGroupId', 'schedulerId', 'reserved']);
    expect(key[0]).toEqual({
      name: 'routingKeyKind',
      summary: expect.any(String),
      constant: 'primary',
      multipleWords: false,
      required: true,
    });
    expect(exchangesOf(thing)).toBeUndefined();
  });

  test('the metrics of a service are its own and those that every process has', () => {
    const namesOf = (reference: Document) => (reference['metrics'] as readonly Document[]).map(({ name }) => name);
    const common = ['http_requests_total', 'http_request_duration_seconds', 'iterate_duration_seconds', 'messages_given_up_total'];
    expect(namesOf(metricsOf(thing))).toEqual(common);
    expect(namesOf(metricsOf(queue))).toEqual([...common, ...Object.values(queueMetrics).map(({ name }) => name)]);
    expect(metricsOf(queue)['serviceName']).toBe('queue');
  });

  test('the manifest lists every reference, and the roll-up holds every document', () => {
    const { references: listed } = documents.get('references/manifest.json') as { references: string[] };
    expect(listed).toContain('/references/queue/v1/exchanges.json');
    expect(listed).toEqual(files.map(([path]) => `/${path}`).filter((path) => /^\/references\/.*\/v1\//.test(path)));
    const rollUp = documents.get('references/references.json') as readonly { filename: string; content: Json }[];
    expect(rollUp.map(({ filename, content }) => [filename, content])).toEqual(files);
  });

  test('a document is recognised by the metadata of its schema', () => {
    const metadata = (path: string) => {
      const { $schema } = documents.get(path) as { $schema: string };
      return (documents.get($schema.slice(1, -1)) as Document)['metadata'];
    };
    expect(metadata('references/manifest.json')).toEqual({ name: 'manifest', version: 3 });
    expect(metadata('references/queue/v1/api.json')).toEqual({ name: 'api', version: 0 });
    expect(metadata('references/queue/v1/exchanges.json')).toEqual({ name: 'exchanges', version: 0 });
    expect(metadata('references/queue/v1/metrics.json')).toEqual({ name: 'metrics', version: 0 });
  });
});

describe('the served form', () => {
  const rootUrl = 'https://tc.example.com/';

  test('ids, schemas and the manifest are full URLs; everything else is as it was', () => {
    const task = documents.get('schemas/queue/v1/task.json') as Document;
    const id = 'https://tc.example.com/schemas/queue/v1/task.json#';
    expect(absolute(task, rootUrl)).toEqual({ ...task, $id: id, $schema: 'https://tc.example.com/schemas/common/metaschema.json#' });
    expect(absolute(documents.get('references/manifest.json') as Json, rootUrl)).toMatchObject({
      references: expect.arrayContaining(['https://tc.example.com/references/auth/v1/api.json']),
    });
  });

  test('the schema of schemas still points to JSON Schema, and the roll-up stays abstract', () => {
    const metaschema = documents.get('schemas/common/metaschema.json') as Json;
    expect(absolute(metaschema, rootUrl)).toMatchObject({ $schema: 'http://json-schema.org/draft-06/schema#' });
    const rollUp = documents.get('references/references.json') as Json;
    expect(absolute(rollUp, rootUrl)).toBe(rollUp);
  });
});
