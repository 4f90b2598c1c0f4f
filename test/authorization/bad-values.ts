import type { JsonSchema } from './samples.ts';

/** Texts that somebody may send in place of any text. */
export const badTexts: Readonly<Record<string, string>> = {
  'a star': '*',
  'two stars': '**',
  'a star at its end': 'sample*',
  nothing: '',
  'a space': ' ',
  'a line break': 'sample\nsample',
  'a carriage return': 'sample\r\nx-injected: yes',
  'an accent': 'caf\u00e9',
  'an emoji': '\u{1f4a9}',
  'a right-to-left mark': '\u202esample',
  'a parent folder': '../../etc/passwd',
  'a backslash': '..\\sample',
  'a quote': `'"\`;--`,
  'a template': '${7*7}{{7*7}}<..>',
  'a prototype': '__proto__',
  'a constructor': 'constructor',
  'a method of all objects': 'toString',
  'a property of all objects': 'hasOwnProperty',
  'a number': '-1',
  'a huge number': '9'.repeat(30),
  'a number that is none': 'NaN',
  'an escape sequence': '\u001b[2J',
  'a line separator': '\u2028',
};

/** Texts that only a body can carry. */
const badBodyTexts: Readonly<Record<string, string>> = {
  ...badTexts,
  NUL: 'sample\u0000',
  'half a surrogate pair': '\ud800',
  'a megabyte': 'x'.repeat(1_000_000),
};

/** Other things than texts. */
const badJson: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  zero: 0,
  'a negative number': -1,
  'a fraction': 0.5,
  'a huge number': 1e300,
  'a list': [],
  'a list of lists': [[[[]]]],
  'an object': {},
  'an object with a prototype': JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
};
export const badBodyValues: Readonly<Record<string, unknown>> = { ...badBodyTexts, ...badJson };

/** What a URL can carry that no text encodes to. */
export const badEncodings: Readonly<Record<string, string>> = {
  NUL: '%00',
  'half a surrogate pair': '%ED%A0%80',
  'a byte that is no character': '%FF',
  'half an escape': '%',
  'no escape': '%zz',
  'an escaped parent folder': '%2e%2e%2f%2e%2e',
  'a second layer of escapes': '%252e%252e%2500',
  'five thousand characters': 'x'.repeat(5_000),
  'a thousand slashes': '%2F'.repeat(1_000),
};

/** Whole bodies that no schema allows. */
export const badBodies: Readonly<Record<string, string>> = {
  'no JSON': '{',
  'a text': '"sample"',
  'a number': '1e999',
  null: 'null',
  'a list': '[]',
  'an unknown property': '{"sample": 1, "__proto__": {"polluted": true}}',
  'ten thousand lists in each other': '['.repeat(10_000) + ']'.repeat(10_000),
  'ten thousand objects in each other': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  'a hundred thousand properties': `{${Array.from({ length: 100_000 }, (_, i) => `"p${i}":0`).join(',')}}`,
  'a property twice': '{"description": "a", "description": "b"}',
};

type Path = readonly (string | number)[];

/** The places in a body: every property, whether it is required or not, and the first element of every list. */
export const placesIn = (schema: JsonSchema, at: Path = []): readonly Path[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [[...at, name], ...placesIn(inner, [...at, name])]),
  ...(schema.items ? [[...at, 0], ...placesIn(schema.items, [...at, 0])] : []),
  ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap((inner) => placesIn(inner, at)),
];

/** The body with another value at one place; lists and objects on the way are made. */
export const withValue = (body: unknown, [name, ...rest]: Path, value: unknown): unknown => {
  if (name === undefined) return value;
  if (typeof name === 'number') return [withValue(Array.isArray(body) ? body[0] : undefined, rest, value)];
  const object: Record<string, unknown> = typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  object[name] = withValue(object[name], rest, value);
  return object;
};
