import { createHash } from 'node:crypto';

/** A statement with its parameters: built by the `sql` tag only, so that no value is ever pasted into text. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The name of its server-side prepared statement: equal texts share one. */
  readonly name: string;
}

class Statement implements Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name: string;
  constructor(text: string, values: readonly unknown[], name: string) {
    this.text = text;
    this.values = values;
    this.name = name;
  }
}

interface Prepared {
  readonly text: string;
  readonly name: string;
}
// A tagged template's strings are one object per place in the source, so a flat statement is put together once.
const flat = new WeakMap<TemplateStringsArray, Prepared>();
const nameOf = (text: string) => `q_${createHash('sha1').update(text).digest('base64url').slice(0, 16)}`;

/**
 * Plain SQL with `${value}` as parameters. A nested `sql` fragment is inlined and its parameters are renumbered.
 * Nothing else is inlined: names of tables and columns are written out.
 */
export const sql = (strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql => {
  if (parts.some((part) => part instanceof Statement)) return nested(strings, parts);
  let prepared = flat.get(strings);
  if (!prepared) {
    const text = strings.reduce((whole, piece, i) => `${whole}$${i}${piece}`);
    flat.set(strings, (prepared = { text, name: nameOf(text) }));
  }
  return new Statement(prepared.text, parts, prepared.name);
};

const nested = (strings: TemplateStringsArray, parts: readonly unknown[]): Sql => {
  const values: unknown[] = [];
  let text = strings[0] ?? '';
  for (const [i, part] of parts.entries()) {
    if (part instanceof Statement) {
      const offset = values.length;
      text += part.text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`);
      values.push(...part.values);
    } else text += `$${values.push(part)}`;
    text += strings[i + 1] ?? '';
  }
  return new Statement(text, values, nameOf(text));
};

/** Fragments one after the other, with commas between them: for a statement that does only what there is to do. */
export const listed = (fragments: readonly Sql[]): Sql => {
  const values: unknown[] = [];
  const texts = fragments.map((fragment) => {
    const offset = values.length;
    values.push(...fragment.values);
    return offset === 0 ? fragment.text : fragment.text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`);
  });
  const text = texts.join(', ');
  return new Statement(text, values, nameOf(text));
};

/** A whole file of SQL (a migration): no parameters, sent as it is, not prepared. */
export const script = (text: string): Sql => new Statement(text, [], '');
