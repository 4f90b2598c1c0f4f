const mostNamed = 3;

/** Why an action cannot succeed, and what to do: for people. `who` is absent for somebody who is not signed in. */
export const refusalWords = (lacking: readonly string[], who: string | undefined): string => {
  const named = lacking.slice(0, mostNamed).map((scope) => `\`${scope}\``);
  if (lacking.length > mostNamed) named.push(`${lacking.length - mostNamed} more`);
  const list = [named.slice(0, -1).join(', '), ...named.slice(-1)].filter(Boolean).join(' and ');
  if (who === undefined) return `Needs ${list}, which not everybody holds. Sign in first.`;
  const them = lacking.length === 1 ? 'it' : 'them';
  return `Needs ${list}, which ${who} does not hold. Ask somebody who holds ${them} to grant ${them}.`;
};
