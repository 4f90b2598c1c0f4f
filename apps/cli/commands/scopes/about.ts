import { flag, one } from '../../arguments/command.ts';
import { CommandError, exit, wrongUse } from '../../exit.ts';

/** Whom a question is about, as the API takes it. */
export interface About {
  readonly clientId?: string;
  readonly roleId?: string;
  readonly scopes?: readonly string[];
}

export const clientArgument = one('CLIENT', 'The client; `me` is whoever asks.');
export const roleOption = { role: flag({ description: 'CLIENT is the name of a role.' }) } as const;

export const aboutOf = (client: string, isRole: boolean): About => {
  if (isRole) return { roleId: client };
  return client === 'me' ? {} : { clientId: client };
};

/** The subject of a sentence. */
export const nameOf = ({ clientId, roleId, scopes }: About): string => {
  if (scopes !== undefined) return 'whoever has these scopes';
  if (roleId !== undefined) return `role ${roleId}`;
  return clientId ?? 'you';
};

/** The subject of a sentence, and the verb. */
export const verdictOf = (about: About, verb: 'have' | 'lack'): string => {
  const isCaller = about.clientId === undefined && about.roleId === undefined && about.scopes === undefined;
  return `${nameOf(about)} ${isCaller ? verb : { have: 'has', lack: 'lacks' }[verb]}`;
};

/** A scope as it stands, or an expression as JSON. @throws CommandError when it begins like an expression and is not JSON. */
export const expressionFrom = (given: string): unknown => {
  if (!/^\s*\{\s*"/.test(given)) return given;
  try {
    return JSON.parse(given);
  } catch (err) {
    throw new CommandError(
      `The expression is not JSON: ${err instanceof Error ? err.message : String(err)}. Write it like {"AnyOf": ["a", "b"]}.`,
      exit.wrongUse,
      err,
    );
  }
};

/** `name=value` pairs; a JSON list is a list, `true` and `false` are what they say, everything else is text. */
export const parametersFrom = (given: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    given.map((text) => {
      const [, name = '', value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (value === undefined) throw wrongUse(`--param ${JSON.stringify(text)} has no value. Write --param name=value.`);
      return [name, valueOf(value)];
    }),
  );

const valueOf = (text: string): unknown => {
  if (!/^(?:true|false|\[.*\])$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
