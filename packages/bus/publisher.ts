import type { Contract, Exchange, RoutingKeyField } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import type { OutgoingMessage } from './outbox.ts';

export interface PublishRequest {
  /** Values of the routing key's fields by name; constants and absent optional fields are filled in. */
  readonly key: Readonly<Record<string, string | number | undefined>>;
  /** Further routing keys: `route.<route>` for each of a task's routes. */
  readonly cc?: readonly string[];
  readonly payload: object;
}
export type Publish<C extends Contract> = {
  readonly [K in keyof NonNullable<C['exchanges']>]: (request: PublishRequest) => OutgoingMessage;
};

const maxKeyBytes = 255;

/**
 * One function for each exchange of a contract. It builds the routing key and checks key and payload against what the
 * contract promises (pulse.md, sections 3 and 4); a message that would break a promise throws, and its change is rolled back.
 */
export const createPublisher = <C extends Contract>(contract: C): Publish<C> => {
  const entries = Object.entries(contract.exchanges ?? {}).map(([name, exchange]) => [name, publishTo(contract, exchange)] as const);
  return Object.fromEntries(entries) as Publish<C>;
};

const publishTo = (contract: Contract, { exchange, routingKey, schema }: Exchange) => {
  const fullName = `exchange/taskcluster-${contract.service}/${contract.version}/${exchange}`;
  const validate = validatorOf(schema);
  const names = new Set(routingKey.map((field) => field.name));
  return ({ key, cc = [], payload }: PublishRequest): OutgoingMessage => {
    for (const name of Object.keys(key)) if (!names.has(name)) throw new Error(`The routing key of ${fullName} has no ${name}.`);
    const words = routingKey.map((field) => wordFor(fullName, field, key[field.name]));
    const problems = validate(payload);
    if (problems) throw new Error(`A message to ${fullName} is not what its schema says: ${problems.join('; ')}`);
    const message = { exchange: fullName, routingKey: words.join('.'), cc, payload };
    for (const k of [message.routingKey, ...cc]) {
      if (Buffer.byteLength(k) > maxKeyBytes) throw new Error(`A routing key of ${fullName} is longer than ${maxKeyBytes} bytes: ${k}`);
    }
    return message;
  };
};

const wordFor = (exchange: string, field: RoutingKeyField, given: string | number | undefined): string => {
  if (field.constant !== undefined) return field.constant;
  if (given === undefined || given === '') {
    if (field.required) throw new Error(`A message to ${exchange} needs ${field.name} in its routing key.`);
    return '_';
  }
  const word = String(given);
  if (word.includes('.') && !field.multipleWords) throw new Error(`${field.name} of ${exchange} may not contain a dot: ${word}`);
  if (Buffer.byteLength(word) > (field.maxSize ?? maxKeyBytes))
    throw new Error(`${field.name} of ${exchange} is longer than ${field.maxSize} bytes: ${word}`);
  return word;
};
