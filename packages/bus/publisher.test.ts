import { contract } from '@taskcluster/contracts';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { createPublisher } from './publisher.ts';

const field = (name: string, more: object = {}) => ({ name, summary: name, required: false, ...more });
const publish = createPublisher(
  contract({
    service: 'shop',
    version: 'v1',
    title: 'Shop',
    description: 'For tests.',
    endpoints: {},
    exchanges: {
      sold: {
        exchange: 'thing-sold',
        title: 'Sold',
        description: 'A thing was sold.',
        routingKey: [
          field('kind', { constant: 'primary' }),
          field('thingId', { required: true, maxSize: 22 }),
          field('runId', { maxSize: 3 }),
          field('seller'),
          field('reserved', { multipleWords: true }),
        ],
        schema: Type.Object({ price: Type.Integer() }, { additionalProperties: false }),
      },
    },
  }),
);
const payload = { price: 3 };

test('the key has the fields in their order: constants, values, and _ where there is none', () => {
  expect(publish.sold({ key: { runId: 0, thingId: 'a-b_C' }, payload })).toEqual({
    exchange: 'exchange/taskcluster-shop/v1/thing-sold',
    routingKey: 'primary.a-b_C.0._._',
    cc: [],
    payload,
  });
});

test('only the field for several words may have dots', () => {
  expect(publish.sold({ key: { thingId: 'x', reserved: 'a.b' }, payload }).routingKey).toBe('primary.x._._.a.b');
  expect(() => publish.sold({ key: { thingId: 'x.y' }, payload })).toThrow(
    'thingId of exchange/taskcluster-shop/v1/thing-sold may not contain a dot',
  );
});

test('a required field without a value is refused, empty or absent', () => {
  expect(() => publish.sold({ key: {}, payload })).toThrow('needs thingId');
  expect(() => publish.sold({ key: { thingId: '' }, payload })).toThrow('needs thingId');
});

test('a field that is longer than it may be is refused', () => {
  expect(() => publish.sold({ key: { thingId: 'x'.repeat(23) }, payload })).toThrow(
    'thingId of exchange/taskcluster-shop/v1/thing-sold is longer than 22 bytes',
  );
});

test('a name that is no field is refused: it is a misspelt one', () => {
  expect(() => publish.sold({ key: { thingId: 'x', runID: 0 }, payload })).toThrow('has no runID');
});

test('a constant cannot be changed', () => {
  expect(publish.sold({ key: { thingId: 'x', kind: 'other' }, payload }).routingKey).toMatch(/^primary\./);
});

test('a payload that breaks the schema is refused, and the message says where', () => {
  expect(() => publish.sold({ key: { thingId: 'x' }, payload: { price: '3' } })).toThrow('/price must be integer');
  expect(() => publish.sold({ key: { thingId: 'x' }, payload: { price: 3, more: 1 } })).toThrow('"more"');
});

test('neither the key nor a CC key is longer than AMQP allows, in bytes', () => {
  const key = { thingId: 'x' };
  expect(publish.sold({ key, cc: ['r'.repeat(255)], payload }).cc).toHaveLength(1);
  expect(() => publish.sold({ key, cc: ['ok', 'é'.repeat(128)], payload })).toThrow('longer than 255 bytes');
  expect(() => publish.sold({ key: { ...key, seller: 's'.repeat(250) }, payload })).toThrow('longer than 255 bytes');
});
