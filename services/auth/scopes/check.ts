import { ApiError, type Handlers } from '@taskcluster/api';
import { type auth, type CheckCallRequest, type Contract, contracts, type Endpoint } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import { render } from '@taskcluster/scopes';
import type { AuthService } from '../service.ts';
import { explanationOf } from './explain.ts';
import { expressionOf } from './expression.ts';
import { type Call, knownParameters, needsOf } from './parameters.ts';
import { subjectOf } from './subject.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'checkCall'>;

export const checkHandlers: Handler = {
  checkCall: async (service, { body, caller }) => {
    const call = callOf(body);
    const subject = await subjectOf(service, body, caller);
    const { scopes: template } = call.endpoint;
    const unusable = subject.unusable ? { unusable: subject.unusable } : {};
    if (template === undefined) return { decided: true, satisfied: true, proofs: [], ...unusable };
    const known = knownParameters(call);
    const needs = needsOf(call, template, known);
    if (needs.length > 0) return { decided: false, needs, proofs: [], ...unusable };
    const rendered = render(template, known);
    if (rendered === undefined) return { decided: true, satisfied: true, proofs: [], ...unusable };
    const needed = expressionOf(rendered, 'what the call needs');
    return { decided: true, required: needed, ...(await explanationOf(service, { subject, needed, caller })) };
  },
};

const byService: ReadonlyMap<string, Contract> = new Map(Object.values(contracts).map((contract) => [contract.service, contract]));

/** The call that is asked about: a method that there is, with parameters and a payload that it would accept. */
const callOf = ({ service, method, params = {}, payload }: CheckCallRequest): Call => {
  const contract = byService.get(service);
  if (!contract)
    throw new ApiError('InputError', 'There is no service {{service}}. Those that can be asked about: {{known}}.', {
      service: shortened(service),
      known: [...byService.keys()].join(', '),
    });
  const endpoint = Object.hasOwn(contract.endpoints, method) ? contract.endpoints[method] : undefined;
  if (!endpoint)
    throw new ApiError('InputError', 'Service {{service}} has no method {{method}}. Its methods: {{known}}.', {
      service,
      method: shortened(method),
      known: Object.keys(contract.endpoints).join(', '),
    });
  checkPayload(endpoint, payload);
  return { name: `${service}.${method}`, contract, endpoint, params: new Map(Object.entries(params)), payload };
};

const shortened = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Fills in the defaults of the payload, as the call itself would. */
const checkPayload = ({ input }: Endpoint, payload: object | undefined): void => {
  if (payload === undefined) return;
  if (typeof input !== 'object') throw new ApiError('InputError', 'The method takes no JSON payload. Leave out `payload`.');
  const problems = validatorOf(input)(payload);
  if (problems)
    throw new ApiError('InputValidationError', 'The payload is not what the method accepts:\n\n{{problems}}', {
      problems: problems.map((problem) => `  * ${problem}`).join('\n'),
    });
};
