import type { ScopeExpression } from './expression.ts';
import { isValidScope } from './scope.ts';

/** An expression with parameters, as API references declare it for each method. */
export type ScopeTemplate = string | ListTemplate | IfTemplate;
/** What may stand in a list: also one scope for each element of a list parameter. */
export type ListItem = ScopeTemplate | ForTemplate | IfItem;
/** All or any of several. */
export type ListTemplate = { readonly AllOf: readonly ListItem[] } | { readonly AnyOf: readonly ListItem[] };
/** One scope for each element of the list parameter `in`; `each` names the element as `<for>`. */
export interface ForTemplate {
  readonly for: string;
  readonly in: string;
  readonly each: string;
}
/** A choice by the boolean parameter `if`. Without `else`, false gives nothing. */
export interface IfTemplate {
  readonly if: string;
  readonly then: ScopeTemplate;
  readonly else?: ScopeTemplate;
}
/** A choice inside a list, where a branch may also be a `for`. */
export interface IfItem {
  readonly if: string;
  readonly then: ListItem;
  readonly else?: ListItem;
}

/** Values of the parameters, by name. */
export type ScopeParameters = Readonly<Record<string, unknown>>;
/** A template that was checked once. Returns undefined when it renders to nothing, which means that no scope is needed. */
export type CompiledTemplate = (params: ScopeParameters) => ScopeExpression | undefined;

type Scope = (params: ScopeParameters, element?: string) => string;
type Items = (params: ScopeParameters, into: ScopeExpression[]) => void;
interface Compiler {
  /** Parameters in order of appearance. */
  readonly names: Set<string>;
}

const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const PARAMETER = /<([a-zA-Z][a-zA-Z0-9_]*)>/;

const invalid = (what: string, template: unknown): TypeError =>
  new TypeError(`A scope template is invalid: ${what} in ${JSON.stringify(template)}. Correct the declaration of the method.`);

/** The value of a parameter. Own properties only, so that a parameter named `constructor` is not found by accident. */
const valueOf = (params: ScopeParameters, name: string): unknown => (Object.hasOwn(params, name) ? params[name] : undefined);

const mistyped = (name: string, wanted: string): TypeError =>
  new TypeError(`The scope template needs the parameter ${name} as ${wanted}. Pass it when authorizing the request.`);

function text(params: ScopeParameters, name: string): string {
  const value = valueOf(params, name);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw mistyped(name, 'a string or a number');
}

function list(params: ScopeParameters, name: string): readonly string[] {
  const value = valueOf(params, name);
  if (Array.isArray(value) && value.every((element) => typeof element === 'string')) return value;
  throw mistyped(name, 'an array of strings');
}

function flag(params: ScopeParameters, name: string): boolean {
  const value = valueOf(params, name);
  if (typeof value === 'boolean') return value;
  throw mistyped(name, 'a boolean');
}

/** A string with `<name>` parameters. `element` is the loop variable, if any; it hides a parameter of the same name. */
function scope(compiler: Compiler, template: string, element?: string): Scope {
  if (!isValidScope(template)) throw invalid('a scope must be printable ASCII', template);
  // Splitting at a captured group alternates literal text and names.
  const parts = template.split(PARAMETER);
  for (const [i, name] of parts.entries()) if (i % 2 === 1 && name !== element) compiler.names.add(name);
  if (parts.length === 1) return () => template;
  return (params, value) => {
    let result = parts[0]!;
    for (let i = 1; i < parts.length; i += 2) {
      const name = parts[i]!;
      result += (name === element && value !== undefined ? value : text(params, name)) + parts[i + 1]!;
    }
    return result;
  };
}

/** The name of a parameter, noted in the order of appearance. */
function parameter(compiler: Compiler, name: unknown, template: unknown): string {
  if (typeof name !== 'string' || !NAME.test(name)) throw invalid('a parameter has no proper name', template);
  compiler.names.add(name);
  return name;
}

/** The keys of an object template, sorted and joined: they tell its kind. */
const kindOf = (template: unknown): string =>
  typeof template === 'object' && template !== null && !Array.isArray(template) ? Object.keys(template).sort().join() : '';

function each(compiler: Compiler, template: ForTemplate): Items {
  const name = parameter(compiler, template.in, template);
  const variable = template.for;
  if (typeof variable !== 'string' || !NAME.test(variable)) throw invalid('the loop variable has no proper name', template);
  if (typeof template.each !== 'string') throw invalid('each must be a string', template);
  const render = scope(compiler, template.each, variable);
  return (params, into) => {
    for (const element of list(params, name)) into.push(render(params, element));
  };
}

/** What stands in a list adds any number of expressions to it. */
function item(compiler: Compiler, template: ListItem): Items {
  const kind = kindOf(template);
  if (kind === 'each,for,in') return each(compiler, template as ForTemplate);
  if (kind === 'if,then' || kind === 'else,if,then') {
    const choice = template as IfItem;
    const name = parameter(compiler, choice.if, template);
    const yes = item(compiler, choice.then);
    const no = choice.else === undefined ? undefined : item(compiler, choice.else);
    return (params, into) => (flag(params, name) ? yes(params, into) : no?.(params, into));
  }
  const render = whole(compiler, template as ScopeTemplate);
  return (params, into) => {
    const expression = render(params);
    if (expression !== undefined) into.push(expression);
  };
}

function items(compiler: Compiler, templates: unknown, key: 'AllOf' | 'AnyOf'): CompiledTemplate {
  if (!Array.isArray(templates)) throw invalid(`${key} must be a list`, templates);
  const parts = templates.map((template: ListItem) => item(compiler, template));
  return (params) => {
    const rendered: ScopeExpression[] = [];
    for (const part of parts) part(params, rendered);
    return key === 'AllOf' ? { AllOf: rendered } : { AnyOf: rendered };
  };
}

/** A template that stands alone: a string, a list or a choice. */
function whole(compiler: Compiler, template: ScopeTemplate): CompiledTemplate {
  if (typeof template === 'string') return scope(compiler, template);
  switch (kindOf(template)) {
    case 'AllOf':
      return items(compiler, (template as { AllOf: unknown }).AllOf, 'AllOf');
    case 'AnyOf':
      return items(compiler, (template as { AnyOf: unknown }).AnyOf, 'AnyOf');
    case 'if,then':
    case 'else,if,then': {
      const choice = template as IfTemplate;
      const name = parameter(compiler, choice.if, template);
      const yes = whole(compiler, choice.then);
      const no = choice.else === undefined ? undefined : whole(compiler, choice.else);
      return (params) => (flag(params, name) ? yes(params) : no?.(params));
    }
    default:
      throw invalid('neither a scope, nor AllOf, AnyOf or if', template);
  }
}

/**
 * Checks a template and prepares it for rendering, once for all requests.
 * The result throws a TypeError when a parameter is missing or of the wrong type: that is a mistake in the server.
 */
export function compileTemplate(template: ScopeTemplate): CompiledTemplate {
  const render = whole({ names: new Set() }, template);
  return (params) => render(params);
}

/** Renders a template once. Undefined when an `if` without `else` is false at the top: no scope is needed then. */
export function render(template: ScopeTemplate, params: ScopeParameters): ScopeExpression | undefined {
  return compileTemplate(template)(params);
}

/** The parameters that a template needs, each once, in order of appearance; loop variables are not among them. */
export function templateParameters(template: ScopeTemplate): readonly string[] {
  const names = new Set<string>();
  whole({ names }, template);
  return [...names];
}
