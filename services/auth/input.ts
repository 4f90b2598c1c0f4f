import { ApiError } from '@taskcluster/api';

/** PostgreSQL's indexes take keys up to about 2,700 bytes; nobody types more than this. */
export const longestId = 1_024;
const firstInstant = Date.parse('0001-01-01T00:00:00Z');
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');

/** Refuses scopes that end in two stars: they allow passing on more than they allow doing (scopes.md, section 1). */
export const refuseDoubleStars = (scopes: readonly string[] = []): void => {
  const wrong = scopes.filter((scope) => scope.endsWith('**'));
  if (wrong.length === 0) return;
  throw new ApiError('InputError', 'These scopes end in more than one star: {{wrong}}. Leave one star at the end.', {
    wrong: wrong.map((scope) => `\`${scope.slice(0, 200)}\``).join(', '),
  });
};

/** Refuses names that are too long to be stored. */
export const refuseLongId = (id: string): void => {
  if (id.length > longestId)
    throw new ApiError('InputError', 'The name has {{length}} characters. Choose one with at most {{longestId}}.', {
      length: String(id.length),
      longestId: String(longestId),
    });
};

/** A text as it can be stored. A NUL character cannot. */
export const storable = (text: string): string => {
  if (text.includes('\0')) throw new ApiError('InputError', 'The description contains a NUL character. Leave it out.');
  return text.toWellFormed();
};

/** An instant in the form that is stored and answered. The schema lets through a few that no clock knows. */
export const instant = (text: string): string => {
  const time = Date.parse(text);
  if (!(time >= firstInstant && time <= lastInstant))
    throw new ApiError('InputError', '`expires` is {{text}}. Give a time between the years 1 and 9999.', { text });
  return new Date(time).toISOString();
};
