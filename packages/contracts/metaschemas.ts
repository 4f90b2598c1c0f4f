import type { Json } from './publish.ts';

/**
 * The schemas of the published documents themselves. Readers recognise a document by the `metadata` of its `$schema`:
 * those names and versions, and the properties below, are the format that clients of the v1 API already read.
 */
export const METASCHEMA = '/schemas/common/metaschema.json#';
const METADATA_METASCHEMA = '/schemas/common/metadata-metaschema.json#';
export const MANIFEST = '/schemas/common/manifest-v3.json#';
export const API_REFERENCE = '/schemas/common/api-reference-v0.json#';
export const EXCHANGES_REFERENCE = '/schemas/common/exchanges-reference-v0.json#';
export const METRICS_REFERENCE = '/schemas/common/metrics-reference-v0.json#';
const DRAFT_06 = 'http://json-schema.org/draft-06/schema#';

const text = (description: string, more: Readonly<Record<string, Json>> = {}): Json => ({ description, type: 'string', ...more });
const closed = (description: string, properties: Readonly<Record<string, Json>>, required: readonly string[]) =>
  ({ description, type: 'object', additionalProperties: false, properties, required }) as const;
const setOf = (description: string, items: Json): Json => ({ description, type: 'array', uniqueItems: true, items });

const metaschema: Json = {
  $id: METASCHEMA,
  $schema: DRAFT_06,
  title: 'Schema of schemas',
  description: 'Every schema is written in JSON Schema, draft 6.',
  $ref: DRAFT_06,
};

const metadataMetaschema: Json = {
  $id: METADATA_METASCHEMA,
  $schema: METASCHEMA,
  title: 'Schema of schemas with metadata',
  description: 'A schema that also says which kind of document it describes.',
  allOf: [{ $ref: './metaschema.json#' }, { $ref: '#/definitions/topLevelMetadata' }],
  definitions: {
    topLevelMetadata: {
      type: 'object',
      additionalProperties: true,
      required: ['metadata'],
      properties: {
        metadata: closed(
          'The kind of document, for programs: skip those that you do not know.',
          {
            name: text('The name of the format.'),
            version: {
              description: 'The version of the format. It grows with every change that old readers cannot cope with.',
              type: 'integer',
            },
          },
          ['version', 'name'],
        ),
      },
    },
  },
};

const manifest: Json = {
  $id: MANIFEST,
  $schema: METADATA_METASCHEMA,
  metadata: { name: 'manifest', version: 3 },
  title: 'Manifest',
  ...closed(
    'The list of the references that a deployment publishes.',
    { references: setOf('Where the references are, in order.', text('A URL.')) },
    ['references'],
  ),
};

const service: Readonly<Record<string, Json>> = {
  $schema: text('The schema of this reference, which says what kind of reference it is.', { format: 'uri' }),
  serviceName: text('The service, as it appears in URLs.', { pattern: '^[a-z][a-z0-9_-]*$', minLength: 1, maxLength: 22 }),
  apiVersion: text('The version of the API, as it appears in URLs.', { pattern: '^v[0-9]+$' }),
  title: text('The service in a few words.'),
  description: text('What the service is for, in Markdown.'),
};

const parameter: Json = { type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9_]*$' };
const scopeText: Json = { type: 'string', pattern: '^[\\x20-\\x7e]*$' };
const definition = (name: string): Json => ({ $ref: `#/definitions/scopeExpressionTemplate${name}` });
const several = (word: 'AllOf' | 'AnyOf', description: string): Json =>
  closed(description, { [word]: setOf('The parts.', definition('')) }, [word]);

const scopeDefinitions: Json = {
  scopeExpressionTemplate: {
    description: 'Which scopes a request needs. `<name>` stands for a value that comes from the request or from what it is about.',
    oneOf: [
      definition('String'),
      definition('AnyOf'),
      definition('AllOf'),
      definition('If'),
      closed('One scope for each value of a list.', { for: parameter, in: parameter, each: scopeText }, ['for', 'each', 'in']),
    ],
  },
  scopeExpressionTemplateString: { description: 'One scope.', ...(scopeText as object) },
  scopeExpressionTemplateAnyOf: several('AnyOf', 'At least one of the parts.'),
  scopeExpressionTemplateAllOf: several('AllOf', 'Every one of the parts.'),
  scopeExpressionTemplateIf: closed(
    'One or the other part, depending on a value.',
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
    { if: parameter, then: definition(''), else: definition('') },
    ['if', 'then'],
  ),
};

const httpMethods = (
  'get post put head delete options trace copy lock mkcol move purge propfind proppatch ' +
  'unlock report mkactivity checkout merge m-search notify subscribe unsubscribe patch search'
).split(' ');

const method = closed(
  'One method of the API.',
  {
    type: { description: 'The kind of entry.', type: 'string', enum: ['function'] },
    name: text('The name of the method in client libraries.'),
    method: text('The HTTP method.', { enum: httpMethods }),
    route: text('The path below the API of the service; parameters are in angle brackets.'),
    args: setOf('The parameters in the order of the path.', { type: 'string' }),
    query: setOf('The keys that the query may have. All are optional.', { type: 'string' }),
    stability: text('Whether the method may still change.', { enum: ['deprecated', 'experimental', 'stable'] }),
    category: text('Methods of one category belong together in documentation.'),
    title: text('The method in a few words.'),
    description: text('What the method does, in Markdown.'),
    scopes: {
      description: 'Absent: everybody may call the method.',
      oneOf: [definition('String'), definition('AnyOf'), definition('AllOf'), definition('If')],
    },
    input: text('The schema of the request body, relative to the schemas of the service.'),
    output: {
      type: 'string',
      description: 'The schema of the reply, relative to the schemas of the service, or `blob` for a reply that is not JSON.',
      oneOf: [{ type: 'string' }, { type: 'string', enum: ['blob'] }],
    },
  },
  ['type', 'method', 'route', 'args', 'name', 'stability', 'title', 'description', 'category'],
);

const apiReference: Json = {
  $id: API_REFERENCE,
  $schema: METADATA_METASCHEMA,
  metadata: { name: 'api', version: 0 },
  title: 'API reference',
  ...closed('The HTTP methods of a service.', { ...service, entries: setOf('The methods.', method) }, [
    'apiVersion',
    '$schema',
    'title',
    'description',
    'serviceName',
    'entries',
  ]),
  definitions: scopeDefinitions,
};

const routingKeyField = closed(
  'One field of the routing key.',
  {
    name: text('The name of the field in client libraries.'),
    summary: text('What the field holds.'),
    constant: text('The value, if it is always the same.'),
    multipleWords: { description: 'Whether the field may hold dots, and so several words.', type: 'boolean' },
    required: { description: 'Whether there is always a value. `_` stands for none.', type: 'boolean' },
  },
  ['name', 'summary', 'multipleWords', 'required'],
);

const exchange = closed(
  'One kind of message.',
  {
    type: { description: 'The kind of entry.', type: 'string', const: 'topic-exchange' },
    exchange: text('The name of the exchange after the prefix.'),
    name: text('The name of the exchange in client libraries.'),
    title: text('The message in a few words.'),
    description: text('When the message is sent, in Markdown.'),
    routingKey: setOf('The fields of the routing key in order; dots separate them.', routingKeyField),
    schema: text('The schema of the message, relative to the schemas of the service.'),
  },
  ['type', 'exchange', 'name', 'title', 'description', 'routingKey', 'schema'],
);

const exchangesReference: Json = {
  $id: EXCHANGES_REFERENCE,
  $schema: METADATA_METASCHEMA,
  metadata: { name: 'exchanges', version: 0 },
  title: 'Exchanges reference',
  ...closed(
    'The messages of a service.',
    { ...service, exchangePrefix: text('What the names of all exchanges below begin with.'), entries: setOf('The exchanges.', exchange) },
    ['apiVersion', '$schema', 'serviceName', 'title', 'description', 'exchangePrefix', 'entries'],
  ),
};

const metric = closed(
  'One metric.',
  {
    name: text('The name of the metric for Prometheus, without the prefix that a deployment may have.', { pattern: '^[a-z][a-zA-Z0-9_]*' }),
    type: { description: 'What kind of metric it is.', enum: ['counter', 'gauge', 'histogram', 'summary'] },
    title: text('The metric in a few words.'),
    description: text('What is measured.'),
    labels: { description: 'What each label says, by its name.', type: 'object', additionalProperties: true },
    buckets: { description: 'The upper bounds of the buckets of a histogram.', type: 'array', items: { type: 'number' } },
    percentiles: {
      description: 'The quantiles of a summary.',
      type: 'array',
      items: { type: 'number', minimum: 0, maximum: 1 },
    },
    registers: {
      description: 'The parts of the service that have the metric, if not all have it.',
      type: 'array',
      items: { type: 'string' },
    },
  },
  ['name', 'type', 'description'],
);

const metricsReference: Json = {
  $id: METRICS_REFERENCE,
  $schema: METADATA_METASCHEMA,
  metadata: { name: 'metrics', version: 0 },
  title: 'Metrics reference',
  ...closed(
    'What a service measures.',
    { $schema: service.$schema as Json, serviceName: service.serviceName as Json, metrics: setOf('The metrics.', metric) },
    ['serviceName', '$schema', 'metrics'],
  ),
};

/** The common schemas, as documents. */
export const metaschemas: readonly Json[] = [metaschema, metadataMetaschema, manifest, apiReference, exchangesReference, metricsReference];
