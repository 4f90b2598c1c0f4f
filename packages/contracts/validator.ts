import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';

/** Answers undefined when the value is good, else a line for each problem. Fills in the schema's defaults. */
export type Validate = (value: unknown) => readonly string[] | undefined;

const options = { strict: false, useDefaults: true, validateFormats: true, addUsedSchema: false } as const;
// The first problem decides in the fast one; all are collected only for a value that is refused.
const fast = new Ajv(options);
const thorough = new Ajv({ ...options, allErrors: true, useDefaults: false });
// The format's own check takes each time apart, which made a seventh of all garbage of a request. Times as programs write them, but for
// the last days of a month, are seen to be good at a glance.
const plainTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
for (const ajv of [fast, thorough]) {
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  const { validate } = ajv.formats['date-time'] as { validate: (text: string) => boolean };
  ajv.addFormat('date-time', (text) => plainTime.test(text) || validate(text));
}

const maxProblems = 30;
const validators = new WeakMap<TSchema, Validate>();

/** The validator of a schema: compiled at its first use and kept. */
export const validatorOf = (schema: TSchema): Validate => {
  const known = validators.get(schema);
  if (known) return known;
  let quick: ValidateFunction | undefined;
  let full: ValidateFunction | undefined;
  const validate: Validate = (value) => {
    quick ??= fast.compile(anonymous(schema));
    if (quick(value)) return undefined;
    full ??= thorough.compile(anonymous(schema));
    full(value);
    return problemsOf(full.errors?.length ? full.errors : (quick.errors ?? []));
  };
  validators.set(schema, validate);
  return validate;
};

// A published name inside a schema would make Ajv resolve it as a document of its own; here everything is inline. And Ajv
// compares every pair of objects for uniqueItems (350 ms for a page of 1,000 tasks): lists of objects are unique by their making.
const anonymous = (schema: unknown): object => JSON.parse(JSON.stringify(schema, withoutNames)) as object;

const withoutNames = (key: string, value: unknown): unknown => {
  if (key === '$id' && typeof value === 'string') return undefined;
  if (typeof value !== 'object' || value === null || !('uniqueItems' in value) || !('items' in value)) return value;
  const { uniqueItems, ...rest } = value;
  return (rest.items as { type?: string }).type === 'string' ? value : rest;
};

const problemsOf = (errors: readonly ErrorObject[]): string[] => {
  const lines = new Set(errors.map(lineOf));
  const shown = [...lines].slice(0, maxProblems);
  if (lines.size > shown.length) shown.push(`and ${lines.size - shown.length} more`);
  return shown;
};

const lineOf = ({ instancePath, message = 'is wrong', keyword, params }: ErrorObject): string => {
  const where = instancePath || '/';
  if (keyword === 'additionalProperties') return `${where} has a property that is not known: ${JSON.stringify(params.additionalProperty)}`;
  if (keyword === 'enum') return `${where} ${message}: ${(params.allowedValues as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`;
  return `${where} ${message}`;
};
