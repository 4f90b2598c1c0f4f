import type { TaskDefinitionRequest } from '@taskcluster/contracts';
import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { givenTime } from '../../words/given-time.ts';

/** Something wrong at a place in the text. */
export interface TextProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** A time written in words, and what it means. */
export interface WrittenTime {
  /** Where the words end. */
  readonly end: number;
  readonly at: number;
}

export interface Parsed {
  readonly problems: readonly TextProblem[];
  readonly times: readonly WrittenTime[];
  /** What would be sent: the text's content with absolute times. Undefined when the text cannot be read. */
  readonly definition: TaskDefinitionRequest | undefined;
  readonly document: Document;
}

type Path = readonly (string | number)[];

/** Reads a task definition from YAML (or JSON, which is YAML too). `now` is epoch milliseconds. */
export const parseDefinition = (text: string, now: number): Parsed => {
  const document = parseDocument(text, { prettyErrors: false });
  const broken = document.errors.map(({ message, pos: [from, to] }) => ({ from, to, message: `${message}.`.replace(/\.\.$/, '.') }));
  if (broken.length > 0) return { problems: broken, times: [], definition: undefined, document };
  if (!isMap(document.contents)) {
    const message = 'A task definition consists of names and values, such as `taskQueueId: local/default`.';
    return { problems: [{ from: 0, to: text.length, message }], times: [], definition: undefined, document };
  }
  const times: WrittenTime[] = [];
  const problems: TextProblem[] = [];
  for (const path of timePaths(document)) {
    const node = document.getIn(path, true);
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) continue;
    const [from, end] = node.range;
    const at = givenTime(node.value, now);
    if (at === undefined)
      problems.push({ from, to: end, message: 'This is not a time. Write for example `now`, `in 2 hours` or `2027-01-31T12:00:00Z`.' });
    else if (new Date(at).toISOString() !== node.value) times.push({ end, at });
  }
  return { problems, times, definition: problems.length > 0 ? undefined : withAbsoluteTimes(document, now), document };
};

/** Where a definition has times. */
const timePaths = (document: Document): readonly Path[] => {
  const artifacts = document.getIn(['payload', 'artifacts']);
  const count = typeof artifacts === 'object' && artifacts !== null && 'items' in artifacts ? (artifacts.items as unknown[]).length : 0;
  return [['created'], ['deadline'], ['expires'], ...Array.from({ length: count }, (_, i) => ['payload', 'artifacts', i, 'expires'])];
};

const withAbsoluteTimes = (document: Document, now: number): TaskDefinitionRequest => {
  const absolute = document.clone() as Document;
  for (const path of timePaths(document)) {
    const value = document.getIn(path);
    const at = typeof value === 'string' ? givenTime(value, now) : undefined;
    if (at !== undefined) absolute.setIn(path, new Date(at).toISOString());
  }
  return absolute.toJS({ maxAliasCount: 1000 }) as TaskDefinitionRequest;
};

/**
 * Puts what the server said about a definition where it belongs: lines like `* /payload/command must be array` go to that value,
 * or to the nearest one around it, and a sentence that begins with a name goes to its value. What names no place is returned as the rest.
 */
export const placeProblems = (
  message: string,
  document: Document,
): { readonly placed: readonly TextProblem[]; readonly rest: string | undefined } => {
  const body = message.split(/\n+---\n/)[0] ?? message;
  const placed: TextProblem[] = [];
  for (const line of body.split('\n')) {
    const found = /^\s*[*-]\s+(\/\S*)\s+(.+)$/.exec(line);
    if (found)
      placed.push({
        ...rangeOf(document, found[1]!, found[2]!),
        message: `${found[1] === '/' ? 'The definition' : found[1]!.slice(1).replaceAll('/', '.')} ${found[2]}`,
      });
  }
  if (placed.length > 0) return { placed: placed.sort((a, b) => a.from - b.from), rest: undefined };
  // "deadline (…) is too far away": a sentence that begins with a name is about that name's value.
  const subject = /^`?([A-Za-z]+)`?\s/.exec(body.trim())?.[1];
  if (subject === undefined || !document.has(subject)) return { placed: [], rest: body.trim() };
  return { placed: [{ ...rangeOf(document, `/${subject}`, ''), message: body.trim() }], rest: undefined };
};

const rangeOf = (document: Document, pointer: string, said: string): { readonly from: number; readonly to: number } => {
  const path = pointer
    .split('/')
    .slice(1)
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  // "has a property that is not known" is about the name of the property, which is inside.
  const unknown = /not known: "([^"]+)"/.exec(said)?.[1];
  if (unknown !== undefined) {
    const inside = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(inside) ? inside.items.find(({ key }) => isScalar(key) && key.value === unknown) : undefined;
    if (pair && isScalar(pair.key) && pair.key.range) return { from: pair.key.range[0], to: pair.key.range[1] };
  }
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? (node.range as [number, number] | undefined) : undefined;
    if (range) return { from: range[0], to: range[1] };
  }
  return { from: 0, to: 0 };
};
