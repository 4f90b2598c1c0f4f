import { contract, get } from '@taskcluster/contracts';
import { integer } from '@taskcluster/config';
import { Type } from 'typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { defineService, type Platform } from './index.ts';

const shop = contract({
  service: 'shop',
  version: 'v1',
  title: 'Shop',
  description: 'For tests.',
  endpoints: {
    price: get('/thing/:thingId/price', { title: 't', description: 'd', category: 'c', output: Type.Object({ price: Type.Integer() }) }),
  },
});

const shopService = defineService({
  contract: shop,
  settings: { markup: integer({ env: 'SHOP_MARKUP', default: 2, description: 'What is added to every price.' }) },
  create: (_: Platform, { markup }) => {
    expectTypeOf(markup).toEqualTypeOf<number>();
    return { prices: new Map([['tea', 3]]), markup };
  },
  handlers: {
    price: async ({ prices, markup }, { params: { thingId } }) => ({ price: (prices.get(thingId) ?? 0) + markup }),
  },
});

test('the parts of a definition know each other’s types', () => {
  expectTypeOf<Parameters<typeof shopService.handlers.price>[0]>().toEqualTypeOf<{ prices: Map<string, number>; markup: number }>();
  expectTypeOf<Parameters<typeof shopService.handlers.price>[1]['params']>().toEqualTypeOf<{ readonly thingId: string }>();
});

test('a definition is a value: nothing runs before somebody creates the service', async () => {
  const service = await shopService.create({} as Platform, { markup: 4 });
  const request = { params: { thingId: 'tea' } } as Parameters<typeof shopService.handlers.price>[1];
  expect(await shopService.handlers.price(service, request)).toEqual({ price: 7 });
});
