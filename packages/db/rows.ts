import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import type { Sql } from './sql.ts';

const compiled = new WeakMap<TSchema, ReturnType<typeof Compile>>();

/** Throws when a row is not what its schema says. Only tests pay for this. */
export const checkRow = (schema: TSchema, row: unknown, statement: Sql): void => {
  let check = compiled.get(schema);
  if (!check) compiled.set(schema, (check = Compile(schema)));
  if (check.Check(row)) return;
  const problems = check.Errors(row).map((e) => `${e.instancePath || '/'} ${e.message}`);
  throw new Error(`A row is not what its schema says: ${problems.join('; ')}. Row: ${JSON.stringify(row)}. Statement: ${statement.text}`);
};
