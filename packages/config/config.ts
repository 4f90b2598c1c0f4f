/** One key of a service's configuration: where it comes from, what it means, what it is when nobody sets it. */
export interface Setting<T> {
  /** The environment variable. */
  readonly env: string;
  readonly description: string;
  readonly default: T;
  /** Reads the text of the variable; throws an Error whose message says what was expected. */
  readonly parse: (text: string) => T;
  /** The value is never shown. */
  readonly secret?: boolean;
}
export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: S[K]['default'] };

type Options<T> = Pick<Setting<T>, 'env' | 'description' | 'default' | 'secret'>;

export const text = (options: Options<string>): Setting<string> => ({ ...options, parse: (t) => t });

export const integer = (options: Options<number> & { readonly min?: number; readonly max?: number }): Setting<number> => ({
  ...options,
  parse: (t) => {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
    if (!/^-?\d{1,15}$/.test(t) || Number(t) < min || Number(t) > max) throw new Error(`a whole number from ${min} to ${max} was expected`);
    return Number(t);
  },
});

export const flag = (options: Options<boolean>): Setting<boolean> => ({
  ...options,
  parse: (t) => {
    if (!['true', 'false', '1', '0'].includes(t)) throw new Error('true or false was expected');
    return t === 'true' || t === '1';
  },
});

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitsMs;
const isUnit = (name: string): name is Unit => Object.hasOwn(unitsMs, name);
/** `minutes`, `min` and `m` are the same. */
const unitOf = (name: string): string => (/^(?:second|minute|hour|day|sec|min|hr)s?$/.test(name) ? name.charAt(0) : name);

/**
 * A duration such as `20m`, `5s`, `500ms`, `1.5h` or `30 minutes`; a bare number means seconds, or the unit that the setting's name
 * speaks of. The value is in milliseconds.
 */
export const duration = (
  options: Omit<Options<number>, 'default'> & { readonly default: string; readonly bareUnit?: Unit },
): Setting<number> => {
  const parse = (t: string) => {
    const [, amount, name = options.bareUnit ?? 's'] = /^(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+)?$/.exec(t.trim()) ?? [];
    const unit = unitOf(name);
    if (!amount || !isUnit(unit)) throw new Error('a duration such as 20m, 5s or 500ms was expected');
    return Math.round(Number(amount) * unitsMs[unit]);
  };
  return { ...options, default: parse(options.default), parse };
};

/** The configuration cannot be used; the message lists every mistake, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from the environment. All mistakes are reported at once, and so is a variable whose name is nearly that of a
 * setting: a letter too many, too few or wrong, or two of them swapped.
 */
export const loadConfig = <S extends Settings>(settings: S, env: Environment): Config<S> => {
  const { config, mistakes } = readConfig(settings, env);
  refuse(mistakes);
  return config;
};

type Environment = Readonly<Record<string, string | undefined>>;

const readConfig = <S extends Settings>(settings: S, env: Environment): { readonly config: Config<S>; readonly mistakes: string[] } => {
  const mistakes: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const given = env[setting.env];
    config[key] = setting.default;
    if (given === undefined || given === '') continue;
    try {
      config[key] = setting.parse(given);
    } catch (err) {
      const shown = setting.secret ? '(hidden)' : JSON.stringify(given);
      mistakes.push(`${setting.env}=${shown}: ${err instanceof Error ? err.message : String(err)}. ${setting.description}`);
    }
  }
  const known = Object.values(settings).map((s) => s.env);
  for (const name of Object.keys(env)) {
    const near = known.includes(name) ? undefined : known.find((k) => nearlySame(k, name));
    if (near) mistakes.push(`${name} is not a setting. Did you mean ${near}?`);
  }
  return { config: config as Config<S>, mistakes };
};

/** Throws a ConfigError that lists the mistakes, if there are any. */
export const refuse = (mistakes: readonly string[]): void => {
  if (mistakes.length > 0)
    throw new ConfigError(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n  ${mistakes.join('\n  ')}`,
    );
};

/** Settings that belong together, and the mistakes that only several of them together show. */
export interface ConfigPart {
  readonly settings: Settings;
  readonly mistakes?: ((config: never) => readonly string[]) | undefined;
}

/** Reads several parts of a configuration, and reports the mistakes of all of them together. */
export const checkConfigs = (parts: readonly ConfigPart[], env: Environment): void => {
  // Parts of one process may share a variable, so they are looked at as one.
  const all = Object.fromEntries(parts.flatMap(({ settings }) => Object.values(settings).map((setting) => [setting.env, setting])));
  const together = parts.flatMap(({ settings, mistakes }) => mistakes?.(readConfig(settings, env).config as never) ?? []);
  refuse([...readConfig(all, env).mistakes, ...together]);
};

// Long names only: HOME and HOST are near, and both are meant.
const nearlySame = (a: string, b: string) => a.length >= 8 && Math.abs(a.length - b.length) <= 1 && distanceAtMostOne(a, b);

const distanceAtMostOne = (a: string, b: string): boolean => {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const rest = (s: string, skip: number) => s.slice(i + skip);
  return (
    rest(a, 1) === rest(b, 1) ||
    rest(a, 1) === rest(b, 0) ||
    rest(a, 0) === rest(b, 1) ||
    (a[i] === b[i + 1] && a[i + 1] === b[i] && rest(a, 2) === rest(b, 2))
  );
};
