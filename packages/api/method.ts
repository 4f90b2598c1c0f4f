import type { Contract, Endpoint } from '@taskcluster/contracts';
import { type Validate, validatorOf } from '@taskcluster/contracts/validator';
import type { Authentication } from '@taskcluster/hawk';
import { templateParameters } from '@taskcluster/scopes';
import type { Readable } from 'node:stream';
import type { TSchema } from 'typebox';
import type { CheckedCaller } from './caller.ts';
import { ApiError } from './errors.ts';
import { Respond } from './respond.ts';
import type { Handler, ServiceApi, Validate as ValidateSignature } from './service.ts';

/** A method, prepared at start: everything that does not depend on the request. */
export interface Method {
  readonly service: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly perform: (request: MethodRequest) => Promise<Respond>;
}

/** A request that was read and parsed, from the wire or from this process. */
export interface MethodRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The parsed body; undefined when there was none or it was not JSON. */
  readonly body: unknown;
  readonly contentType: string | undefined;
  readonly caller: CheckedCaller;
  readonly stream: Readable;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onUndelivered: (work: () => void) => void;
  readonly requestId: string;
  readonly authenticate: (validate: ValidateSignature) => Authentication;
}

/** What a handler is given: the request, and its body as it was validated. */
class HandlerRequest implements Omit<MethodRequest, 'contentType'> {
  readonly params: MethodRequest['params'];
  readonly query: MethodRequest['query'];
  readonly body: unknown;
  readonly uncheckedBody: unknown;
  readonly caller: CheckedCaller;
  readonly stream: Readable;
  readonly headers: MethodRequest['headers'];
  readonly onUndelivered: MethodRequest['onUndelivered'];
  readonly requestId: string;
  readonly authenticate: MethodRequest['authenticate'];
  readonly #received: MethodRequest;

  constructor(received: MethodRequest, body: unknown) {
    this.params = received.params;
    this.query = received.query;
    this.body = body;
    this.uncheckedBody = received.body;
    this.caller = received.caller;
    this.stream = received.stream;
    this.headers = received.headers;
    this.onUndelivered = received.onUndelivered;
    this.requestId = received.requestId;
    this.authenticate = received.authenticate;
    this.#received = received;
  }
  /** Made when it is first looked at: most handlers never do. */
  get signal(): AbortSignal {
    return this.#received.signal;
  }
}

type AnyHandler = (service: unknown, request: HandlerRequest) => Promise<unknown>;

/** Prepares all methods of a service. */
export const methodsOf = (
  { contract, handlers, service, heartbeat }: ServiceApi,
  monitoring: Readonly<Record<string, AnyHandler>>,
): Method[] =>
  Object.entries(contract.endpoints).map(([name, endpoint]) => {
    const own = handlers[name] as Handler<Endpoint, never> | undefined;
    const beat: AnyHandler | undefined = name === 'heartbeat' ? async () => (await heartbeat?.(), {}) : undefined;
    const handler = (own as unknown as AnyHandler | undefined) ?? beat ?? monitoring[name];
    if (!handler) throw new Error(`${contract.service}.${name} has no handler.`);
    return { service: contract.service, name, endpoint, perform: prepare(contract, endpoint, (request) => handler(service, request)) };
  });

/** The order of the checks decides which error wins (api-conventions, section 2, steps 3 to 6). */
const prepare = (contract: Contract, endpoint: Endpoint, handle: (request: HandlerRequest) => Promise<unknown>): Method['perform'] => {
  const fromUrl = filledFromUrl(endpoint);
  const checkParams = parameterCheck(contract, endpoint);
  const validBody = typeof endpoint.input === 'object' ? bodyCheck(endpoint.input) : undefined;
  const validateOutput = typeof endpoint.output === 'object' ? validatorOf(endpoint.output) : undefined;
  return async (request) => {
    const { params, caller } = request;
    if (fromUrl) caller.authorize(params);
    checkParams(request);
    const body = validBody?.(request);
    const result = await handle(new HandlerRequest(request, body));
    if (!caller.authorized) throw new Error('A handler answered without authorising the request. This is a bug; nothing is sent.');
    return validReply(result, validateOutput);
  };
};

const optionalParams = (route: string) => new Set([...route.matchAll(/:(\w+)\?/g)].map((m) => m[1]));
const paramsIn = (route: string) => new Set([...route.matchAll(/:(\w+)/g)].map((m) => m[1]));

/** Whether required URL parameters alone fill the scope expression: then the check comes before everything else. */
const filledFromUrl = ({ scopes, route }: Endpoint): boolean => {
  if (scopes === undefined) return false;
  const inRoute = paramsIn(route);
  const optional = optionalParams(route);
  return templateParameters(scopes).every((p) => inRoute.has(p) && !optional.has(p));
};

const parameterCheck = (contract: Contract, { route, params: own = {}, query: queries = {} }: Endpoint) => {
  const patterns = [...paramsIn(route)].map(
    (name) => [name as string, own[name as string] ?? contract.parameterPatterns?.[name as string]] as const,
  );
  return ({ params, query }: MethodRequest): void => {
    const wrong: string[] = [];
    for (const [name, pattern] of patterns) {
      const value = params[name];
      if (value?.includes('\0')) wrong.push(`URL parameter \`${name}\` holds a NUL character.`);
      else if (pattern && value !== undefined && !pattern.test(value))
        wrong.push(`URL parameter \`${name}\` is ${JSON.stringify(value)}, which does not match \`${pattern.source}\`.`);
    }
    if (wrong.length > 0) throw invalid(wrong);
    for (const [key, value] of Object.entries(query)) {
      if (key === 'bewit') continue;
      const pattern = Object.hasOwn(queries, key) ? queries[key] : undefined;
      if (!pattern) wrong.push(`Query parameter \`${key}\` is not known. ${known(Object.keys(queries))}`);
      else if (typeof value !== 'string') wrong.push(`Query parameter \`${key}\` is given more than once.`);
      else if (!pattern.test(value))
        wrong.push(`Query parameter \`${key}\` is ${JSON.stringify(value)}, which does not match \`${pattern.source}\`.`);
    }
    if (wrong.length > 0) throw invalid(wrong);
  };
};

const known = (keys: readonly string[]) => (keys.length === 0 ? 'This method takes none.' : `This method takes ${keys.join(', ')}.`);
const invalid = (wrong: readonly string[]) => new ApiError('InvalidRequestArguments', '{{wrong}}', { wrong: wrong.join('\n') });

const bodyCheck = (schema: TSchema) => {
  const validate = validatorOf(schema);
  // Its path below the root URL; what has no name is not published by itself.
  const name = '$id' in schema && typeof schema.$id === 'string' ? schema.$id : 'of this method';
  return ({ body, contentType }: MethodRequest): unknown => {
    if (body === undefined) {
      throw new ApiError(
        'MalformedPayload',
        'This method needs a JSON body with `content-type: application/json`; the content type was {{contentType}}.',
        { contentType: contentType ?? null },
      );
    }
    const problems = validate(body);
    if (problems)
      throw new ApiError('InputValidationError', 'The request body is not what the schema {{name}} asks for:\n\n{{problems}}', {
        name,
        problems: problems.map((p) => `  * ${p}`).join('\n'),
      });
    return body;
  };
};

const validReply = (result: unknown, validate: Validate | undefined): Respond => {
  const reply = result instanceof Respond ? result : new Respond(result === undefined ? 204 : 200, {}, result);
  // The schema describes success; the 424 of an error artifact has a body of its own.
  const problems = validate && reply.status < 400 && isJson(reply.body) ? validate(reply.body) : undefined;
  if (problems) throw new Error(`The answer is not what its schema says: ${problems.join('; ')}`);
  return reply;
};

const isJson = (body: unknown): boolean => typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && !('pipe' in body);
