import type { CheckCallRequest } from '../auth/questions.ts';
import type { Contract, Endpoint, ScopeTemplate } from '../contract.ts';
import { contracts } from '../index.ts';
import { validatorOf } from '../validator.ts';
import { type Call, type Need, needsOf, UnfitCallError, type Values, valuesOf } from './values.ts';

export { UnfitCallError } from './values.ts';

/** What a call needs: nothing, more to be known before it can be said, or a scope template with all that it is filled with. */
export type Requirement =
  | { readonly kind: 'open' }
  | { readonly kind: 'unknown'; readonly needs: readonly Need[] }
  | { readonly kind: 'known'; readonly template: ScopeTemplate; readonly values: Values };

/**
 * What a call needs, from its parameters and its payload alone: nothing that is stored is looked at. Throws UnfitCallError for a method
 * that there is not, and for parameters and payloads that the method would not accept.
 */
export const requirementOf = (question: Pick<CheckCallRequest, 'service' | 'method' | 'params' | 'payload'>): Requirement => {
  const call = callOf(question);
  const template = call.endpoint.scopes;
  if (template === undefined) return { kind: 'open' };
  const values = valuesOf(call);
  const needs = needsOf(call, template, values);
  return needs.length > 0 ? { kind: 'unknown', needs } : { kind: 'known', template, values };
};

const byService: ReadonlyMap<string, Contract> = new Map(Object.values(contracts).map((contract) => [contract.service, contract]));

/** A method that there is, with parameters and a payload that it would accept. */
const callOf = ({ service, method, params = {}, payload }: Parameters<typeof requirementOf>[0]): Call => {
  const contract = byService.get(service);
  if (!contract)
    throw new UnfitCallError(`There is no service ${shortened(service)}. Ask about one of these: ${[...byService.keys()].join(', ')}.`);
  const endpoint = Object.hasOwn(contract.endpoints, method) ? contract.endpoints[method] : undefined;
  if (!endpoint)
    throw new UnfitCallError(
      `Service ${service} has no method ${shortened(method)}. Ask about one of these: ${Object.keys(contract.endpoints).join(', ')}.`,
    );
  const name = `${service}.${method}`;
  checkPayload(name, endpoint, payload);
  return { name, contract, endpoint, params: new Map(Object.entries(params)), payload };
};

const shortened = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Fills in the defaults of the payload, as the call itself would. */
const checkPayload = (name: string, { input }: Endpoint, payload: object | undefined): void => {
  if (payload === undefined) return;
  if (typeof input !== 'object') throw new UnfitCallError(`${name} takes no JSON payload. Leave it out.`);
  const problems = validatorOf(input)(payload);
  if (problems)
    throw new UnfitCallError(
      `${name} does not accept this payload. Correct it:\n\n${problems.map((problem) => `  * ${problem}`).join('\n')}`,
      'InputValidationError',
    );
};
