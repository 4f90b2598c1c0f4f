import { randomUUID } from 'node:crypto';
import type { MethodUnderTest } from './methods.ts';

export const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
export const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Texts of the forms that parameters and properties have; the first one that fits a pattern is its sample. */
const candidates = (): readonly string[] => [
  'sample',
  slugid(),
  '0',
  'true',
  'read-only',
  'client',
  'sample/queue',
  'sample-bucket',
  'public/sample.txt',
  '2030-01-01T00:00:00.000Z',
  'someone@example.com',
  'https://example.com/',
  'a'.repeat(44),
];

/** A text that the pattern allows. */
export const sampleText = (pattern: RegExp | undefined, what: string): string => {
  const found = candidates().find((text) => !pattern || pattern.test(text));
  if (found === undefined) throw new Error(`No sample fits ${String(pattern)} of ${what}. Add one to test/authorization/samples.ts.`);
  return found;
};

/** Valid-looking values for the parameters in the route. */
export const sampleParams = ({ id, contract, endpoint, parameters }: MethodUnderTest): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parameters.map((name) => [name, sampleText(endpoint.params?.[name] ?? contract.parameterPatterns?.[name], `${id}, ${name}`)]),
  );

/** The part of JSON Schema that the contracts use. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

const formats: Readonly<Record<string, () => string>> = {
  'date-time': () => inHours(2),
  email: () => 'someone@example.com',
  uri: () => 'https://example.com/',
};

const sampleObject = (schema: JsonSchema, what: string): unknown => {
  const names = Object.keys(schema.properties ?? {});
  const wanted = new Set(schema.required ?? []);
  for (const name of names) if (wanted.size < (schema.minProperties ?? 0)) wanted.add(name);
  return Object.fromEntries([...wanted].map((name) => [name, sampleOf(schema.properties?.[name] ?? {}, `${what}.${name}`)]));
};

/** A value that the schema allows: what is required, and nothing else. */
export const sampleOf = (schema: JsonSchema, what: string): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (choice) return sampleOf(choice, what);
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, what);
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, what));
    case 'string':
      return formats[schema.format ?? '']?.() ?? sampleText(schema.pattern === undefined ? undefined : new RegExp(schema.pattern), what);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return {};
  }
};
