interface About {
  readonly name: string;
  readonly projectId: string;
}

/** Chooses the backend of an object; undefined when no rule fits. */
export type ChooseBackend = (object: About) => string | undefined;

/**
 * Reads the JSON of a backend map (a list of `{backendId, when}`). Throws an Error that says which rule is wrong,
 * so that a mistake is found at start and not by the first upload.
 */
export const parseBackendMap = (text: string): ChooseBackend => {
  const rules: unknown = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('a list of rules like [{"backendId": "local", "when": "all"}] was expected');
  const parsed = rules.map((rule: unknown, i) => parseRule(rule, `rule ${i + 1}`));
  return (object) => parsed.find(({ holds }) => holds(object))?.backendId;
};

const parseRule = (rule: unknown, where: string): { readonly backendId: string; readonly holds: (object: About) => boolean } => {
  if (!isObject(rule) || typeof rule.backendId !== 'string') throw new Error(`${where} has no backendId`);
  const { backendId, when, ...rest } = rule;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${where} has an unknown property ${JSON.stringify(unknown)}`);
  if (when === 'all') return { backendId, holds: () => true };
  if (!isObject(when)) throw new Error(`${where} needs "when": "all", or conditions on name and projectId`);
  const tests = Object.entries(when).map(([parameter, condition]) => {
    if (parameter !== 'name' && parameter !== 'projectId')
      throw new Error(`${where} has a condition on ${JSON.stringify(parameter)}; name and projectId are known`);
    const fits = parseCondition(condition, `${where}, ${parameter}`);
    return (object: About) => fits(object[parameter]);
  });
  return { backendId, holds: (object) => tests.every((test) => test(object)) };
};

const parseCondition = (condition: unknown, where: string): ((value: string) => boolean) => {
  if (typeof condition === 'string') return (value) => value === condition;
  const [kind, ...others] = isObject(condition) ? Object.entries(condition) : [];
  if (kind && others.length === 0 && typeof kind[1] === 'string') {
    const [name, text] = kind as [string, string];
    if (name === 'is') return (value) => value === text;
    if (name === 'regexp') {
      const pattern = new RegExp(text);
      return (value) => pattern.test(value);
    }
  }
  throw new Error(`${where}: a text, {"is": text} or {"regexp": text} was expected`);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
