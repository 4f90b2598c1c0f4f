import { Type, type Static } from 'typebox';

/** A message as it stands in the log. */
export const Message = Type.Object({
  id: Type.Integer(),
  created: Type.String(),
  exchange: Type.String(),
  routingKey: Type.String(),
  cc: Type.Array(Type.String()),
  payload: Type.Unknown(),
});
export type Message = Static<typeof Message>;

/** What a listener wants: an exchange, and a topic pattern (`*` is one word, `#` is any number of words, none included). */
export interface Binding {
  readonly exchange: string;
  readonly routingKeyPattern: string;
}

/** Whether a message is wanted: its routing key, or one of its CC keys, matches (pulse.md, section 4). */
export const matchesBinding = (
  { exchange, routingKeyPattern }: Binding,
  message: Pick<Message, 'exchange' | 'routingKey' | 'cc'>,
): boolean => exchange === message.exchange && [message.routingKey, ...message.cc].some((key) => matchesTopic(routingKeyPattern, key));

const matchesTopic = (pattern: string, key: string): boolean => {
  if (pattern === '#') return true;
  const want = pattern.split('.');
  const have = key.split('.');
  // `reachable` holds the numbers of key words that the pattern so far can have used up: linear per word, no backtracking. Whatever
  // `#` can follow it can also stretch to, so the first place is enough: a pattern of nothing but `#` costs no more.
  let reachable = new Set([0]);
  for (const word of want) {
    const next = new Set<number>();
    if (word === '#') for (let i = Math.min(...reachable); i <= have.length; i++) next.add(i);
    else for (const at of reachable) if (at < have.length && (word === '*' || word === have[at])) next.add(at + 1);
    reachable = next;
    if (reachable.size === 0) return false;
  }
  return reachable.has(have.length);
};

/**
 * Reads `exchange:pattern,exchange:pattern`. Throws an Error that names the part that is wrong.
 */
export const parseBindings = (text: string): Binding[] =>
  text.split(',').map((part) => {
    const [, exchange, routingKeyPattern] = /^([A-Za-z0-9/_-]{1,255}):([^,\s]{1,255})$/.exec(part.trim()) ?? [];
    if (!exchange || !routingKeyPattern)
      throw new Error(`${JSON.stringify(part)} is not exchange:pattern, for example exchange/taskcluster-queue/v1/task-completed:#`);
    return { exchange, routingKeyPattern };
  });
